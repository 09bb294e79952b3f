/**
 * Keeps rows where the reader last saw them, so that a vote does not move what they are about to tap. Rows that are new
 * come in where they belong; rows that are gone leave.
 */
export function keepOrder<Row extends { id: string }>(seen: string[], rows: Row[]): Row[] {
  const place = new Map(seen.map((id, index) => [id, index]))
  const placeOf = (row: Row) => place.get(row.id) ?? -1
  const known = rows.filter((row) => placeOf(row) >= 0).sort((a, b) => placeOf(a) - placeOf(b))
  return rows.map((row) => (placeOf(row) >= 0 ? (known.shift() ?? row) : row))
}
