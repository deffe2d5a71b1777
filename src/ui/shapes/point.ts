/** Geometry shared by the shapes. Numbers are rounded so that equal drawings have equal text. */
export interface Point {
  x: number
  y: number
}

/** A coordinate as SVG text: at most two decimals. */
export const num = (value: number): string => String(Math.round(value * 100) / 100)

export const at = (point: Point): string => `${num(point.x)} ${num(point.y)}`
