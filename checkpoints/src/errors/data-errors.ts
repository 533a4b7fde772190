import { StoreError } from "./store-error.js";

/** The recorded state of a checkpoint does not give the digest it was stored under. */
export class CheckpointDamaged extends StoreError {
  constructor(data: { id: string; reason: string }, options?: ErrorOptions) {
    super(
      "CheckpointDamaged",
      `The checkpoint "${data.id}" is damaged (${data.reason}); go back to another checkpoint.`,
      data,
      options,
    );
  }
}

/** The bytes of a tensor are missing or do not give the digest they were stored under. */
export class TensorDamaged extends StoreError {
  constructor(data: { name: string; pack: string; reason: string }, options?: ErrorOptions) {
    super(
      "TensorDamaged",
      `The tensor "${data.name}" in the pack "${data.pack}" is damaged (${data.reason}); go back to another checkpoint.`,
      data,
      options,
    );
  }
}

/** A checkpoint was asked for a tensor that it does not have. */
export class TensorNotFound extends StoreError {
  constructor(data: { id: string; name: string; reason: string }, options?: ErrorOptions) {
    super(
      "TensorNotFound",
      `The checkpoint "${data.id}" has no such tensor "${data.name}" (${data.reason}); ask for those that its manifest lists.`,
      data,
      options,
    );
  }
}

/** No blob has this digest, or its file is gone. */
export class BlobMissing extends StoreError {
  constructor(data: { digest: string }, options?: ErrorOptions) {
    super(
      "BlobMissing",
      `The blob ${data.digest} is not in the store; save it again from its source.`,
      data,
      options,
    );
  }
}

/** The bytes of a blob do not give the digest they were stored under. */
export class BlobDamaged extends StoreError {
  constructor(data: { digest: string }, options?: ErrorOptions) {
    super(
      "BlobDamaged",
      `The blob ${data.digest} is damaged on disk; save it again from its source.`,
      data,
      options,
    );
  }
}

/** Rows handed to appendMetrics or appendSamples cannot be taken; nothing of them was written. */
export class MetricsInvalid extends StoreError {
  constructor(data: { reason: string }, options?: ErrorOptions) {
    super("MetricsInvalid", `These rows cannot be recorded: ${data.reason}.`, data, options);
  }
}

/** A file of metrics or samples that the catalog lists is missing or unreadable. */
export class MetricsDamaged extends StoreError {
  constructor(data: { file: string; reason: string }, options?: ErrorOptions) {
    super(
      "MetricsDamaged",
      `The recorded rows in ${data.file} cannot be read (${data.reason}); restore the file from a copy.`,
      data,
      options,
    );
  }
}
