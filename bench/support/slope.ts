/** How much y grows with each unit of x, as the straight line nearest to all points has it (least squares). */
function slopeOf(points: [x: number, y: number][]): number {
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const spread = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
  return points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0) / spread
}

/**
 * How much y has grown over the last two thirds, when what is warming up is over.
 * @returns its mean in that time, and by how much the straight line has risen at the end of it
 */
export function growthOf(points: [x: number, y: number][]): { mean: number; by: number } {
  const late = points.slice(Math.floor(points.length / 3))
  const mean = late.reduce((sum, [, y]) => sum + y, 0) / late.length
  return { mean, by: slopeOf(late) * ((late.at(-1)?.[0] ?? 0) - (late[0]?.[0] ?? 0)) }
}
