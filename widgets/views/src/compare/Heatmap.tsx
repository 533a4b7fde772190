import { useLayoutEffect, useRef, type ReactNode } from "react";
import type { WireTensor } from "@forkpoint/wire";

/** Reads on a light and on a dark page. */
const [RED, GREEN, BLUE] = [76, 141, 214];

/**
 * Where two tensors differ: a block for each part of it, the most diverged one full.
 *
 * @example <Heatmap tensor={tensor} heat={model.heat} />
 */
export function Heatmap(props: { tensor: WireTensor; heat: Float32Array }): ReactNode {
  const { tensor, heat } = props;
  const { name, rows, columns, offset } = tensor;
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context || rows === 0 || columns === 0) return;
    const values = heat.subarray(offset, offset + rows * columns);
    const peak = values.reduce((most, value) => Math.max(most, value), 0) || 1;
    const image = context.createImageData(columns, rows);
    values.forEach((value, at) => {
      // The root of it: small differences show beside large ones.
      image.data.set([RED, GREEN, BLUE, 255 * Math.sqrt(value / peak)], at * 4);
    });
    context.putImageData(image, 0, 0);
  }, [heat, rows, columns, offset]);
  return (
    <canvas
      ref={canvas}
      className="fp-heatmap"
      data-testid="fp-heatmap"
      width={Math.max(1, columns)}
      height={Math.max(1, rows)}
      role="img"
      aria-label={`Where ${name} differs`}
    />
  );
}
