import type { LayersModel, Tensor2D, Tensor4D } from "@tensorflow/tfjs";

type Tensorflow = typeof import("@tensorflow/tfjs");

/** Digits drawn somewhere on 12 by 12 points, with noise: pictures and one-hot labels. */
export function digits(tf: Tensorflow, count: number, seed?: number): { x: Tensor4D; y: Tensor2D };

/** A small CNN with everything that is hard to resume: dropout, moving averages, Adam. */
export function digitsModel(
  tf: Tensorflow,
  options?: { units?: number; learningRate?: number },
): LayersModel;
