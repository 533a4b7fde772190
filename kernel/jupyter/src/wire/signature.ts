import { createHmac, getHashes, timingSafeEqual } from "node:crypto";

/** Signs and checks the four JSON frames of a message. */
export interface Signer {
  /** The hexadecimal signature; empty when the connection has no key. */
  sign(frames: readonly Uint8Array[]): string;
  /** Whether the signature is that of these frames, compared in constant time. */
  verify(signature: Uint8Array, frames: readonly Uint8Array[]): boolean;
}

/**
 * Makes the signer of a connection.
 *
 * @param scheme such as `"hmac-sha256"`
 * @param key the connection file's key; an empty one turns signing off
 * @throws {RangeError} when this machine does not know the scheme's hash
 * @example createSigner("hmac-sha256", key).sign([header, parent, metadata, content])
 */
export function createSigner(scheme: string, key: string): Signer {
  const hash = scheme.replace(/^hmac-/, "");
  if (!scheme.startsWith("hmac-") || !getHashes().includes(hash)) {
    throw new RangeError(`the signature scheme ${JSON.stringify(scheme)} is not known here`);
  }
  function digest(frames: readonly Uint8Array[]): Buffer {
    const hmac = createHmac(hash, key);
    for (const frame of frames) hmac.update(frame);
    return hmac.digest();
  }
  return {
    sign: (frames) => (key === "" ? "" : digest(frames).toString("hex")),
    verify(signature, frames) {
      if (key === "") return true;
      const expected = Buffer.from(digest(frames).toString("hex"), "latin1");
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    },
  };
}
