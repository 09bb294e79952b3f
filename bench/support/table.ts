import { isMet, median, ratiosOf, type Row } from './row.ts'

const columns = ['what', 'measured', 'floor', 'ratio', 'target', '']

/** The rows as a table in Markdown, with what is to be said about them below. */
export function tableOf(rows: Row[]): string {
  const notes: string[] = []
  const lines = rows.map((row) => {
    const marks = (row.notes ?? []).map((note) => {
      if (!notes.includes(note)) notes.push(note)
      return `[${notes.indexOf(note) + 1}]`
    })
    return [
      `${row.what}${marks.length > 0 ? ` ${marks.join(' ')}` : ''}`,
      `${spread(row.ours)} ${row.unit}`,
      row.floor && row.against ? `${spread(row.floor)} · ${row.against}` : '',
      row.floor ? spread(ratiosOf(row)) : '',
      row.target
        ? `${row.target.is === 'at least' ? '≥' : '≤'} ${row.target.value}${row.floor ? '' : ` ${row.unit}`}`
        : 'report',
      { true: 'met', false: '**missed**', null: '' }[String(isMet(row)) as 'true' | 'false' | 'null'],
    ]
  })
  const table = [columns, columns.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`)
  return [...table, '', ...notes.map((note, n) => `${n + 1}. ${note}`)].join('\n')
}

/** Median, and least to most where there is more than one. */
function spread(values: number[]): string {
  if (values.length < 2) return sayNumber(values[0] ?? NaN)
  return `**${sayNumber(median(values))}** (${sayNumber(Math.min(...values))}–${sayNumber(Math.max(...values))})`
}

function sayNumber(value: number): string {
  const size = Math.abs(value)
  const fraction = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 4
  return value.toLocaleString('en', { minimumFractionDigits: fraction, maximumFractionDigits: fraction })
}
