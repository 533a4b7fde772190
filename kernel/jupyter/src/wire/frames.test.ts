import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeFrames, FramesRejected, openFrames, readEnvelope } from "./frames.js";
import { createHeader } from "./header.js";
import type { Message, Outgoing } from "./message.js";
import { createSigner, type Signer } from "./signature.js";

const bytes = fc.uint8Array({ maxLength: 40 });
const json = fc.dictionary(fc.string(), fc.jsonValue());
const DELIMITER = "<IDS|MSG>";

function decodeFrames(signer: Signer, frames: readonly Uint8Array[]): Message {
  return readEnvelope(openFrames(signer, frames));
}

const messages = fc
  .record({
    idents: fc.array(
      bytes.filter((ident) => Buffer.from(ident).toString("latin1") !== DELIMITER),
      { maxLength: 3 },
    ),
    metadata: json,
    content: json,
    buffers: fc.array(bytes, { maxLength: 3 }),
    hasParent: fc.boolean(),
  })
  .map(({ metadata, content, hasParent, ...rest }) => ({
    message: {
      ...rest,
      header: createHeader("comm_msg", "session"),
      parentText: JSON.stringify(hasParent ? createHeader("execute_request", "other") : {}),
      metadataText: JSON.stringify(metadata),
      contentText: JSON.stringify(content),
    } satisfies Outgoing,
    content: JSON.parse(JSON.stringify(content)) as unknown,
    metadata: JSON.parse(JSON.stringify(metadata)) as unknown,
  }));

describe("frames", () => {
  test("what is written is read again, with and without a key", () => {
    fc.assert(
      fc.property(messages, fc.string(), ({ message, content, metadata }, key) => {
        const signer = createSigner("hmac-sha256", key);
        const read = decodeFrames(signer, encodeFrames(signer, message));
        expect(read).toEqual({
          idents: message.idents,
          header: message.header,
          parent: JSON.parse(message.parentText) as unknown,
          metadata,
          content,
          buffers: message.buffers,
        });
      }),
    );
  });

  test("the signature is the hexadecimal HMAC of the four JSON frames", () => {
    const message = { ...fc.sample(messages, 1)[0]!.message, idents: [] };
    const [, signature, ...rest] = encodeFrames(createSigner("hmac-sha256", "k"), message);
    const hmac = createHmac("sha256", "k");
    for (const frame of rest.slice(0, 4)) hmac.update(frame);
    expect(Buffer.from(signature!).toString()).toBe(hmac.digest("hex"));
  });

  test("any change of a signed byte, or of the signature, is refused", () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat(), ({ message }, which, where) => {
        const signer = createSigner("hmac-sha256", "key");
        const frames = encodeFrames(signer, message).map((frame) => Uint8Array.from(frame));
        const first = message.idents.length + 1;
        const frame = frames[first + (which % 5)]!;
        frame[where % frame.length]! ^= 1;
        expect(() => decodeFrames(signer, frames)).toThrow("its signature is wrong");
      }),
    );
  });

  test("a signature is checked before anything is parsed", () => {
    const frames = [DELIMITER, "00", "no json", "{}", "{}", "{}"].map((text) => Buffer.from(text));
    expect(() => decodeFrames(createSigner("hmac-sha256", "key"), frames)).toThrow("signature");
  });

  test.each([
    [[], "it has no delimiter"],
    [[DELIMITER, "", "{}"], "it has too few frames"],
    [[DELIMITER, "", "{", "{}", "{}", "{}"], "a frame is no JSON"],
    [[DELIMITER, "", "[]", "{}", "{}", "{}"], "a frame is no JSON object"],
    [[DELIMITER, "", "{}", "{}", "{}", "{}"], "its header has no msg_type or msg_id"],
  ])("frames that are no message are refused: %j", (texts, reason) => {
    const frames = texts.map((text) => Buffer.from(text));
    const read = (): unknown => decodeFrames(createSigner("hmac-sha256", ""), frames);
    expect(read).toThrow(FramesRejected);
    expect(read).toThrow(reason);
  });

  test("a header keeps only what is plain, so that it can always be sent back", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const header = `{"msg_id":"m","msg_type":"t","session":"s","__proto__":1,"deep":${deep}}`;
    const frames = [DELIMITER, "", header, "{}", "{}", `{"deep":${deep}}`];
    const envelope = openFrames(
      createSigner("hmac-sha256", ""),
      frames.map((text) => Buffer.from(text)),
    );
    expect(JSON.stringify(envelope.header)).toBe(
      '{"msg_id":"m","msg_type":"t","session":"s","__proto__":1}',
    );
    expect(structuredClone(envelope).contentText).toHaveLength(200_009);
  });

  test("a scheme that is not known is refused", () => {
    expect(() => createSigner("hmac-nothing", "key")).toThrow(RangeError);
    expect(() => createSigner("sha256", "key")).toThrow(RangeError);
  });
});
