import { encode } from 'uqr'
import type { Qr } from '#lib/question-page.ts'

/** The QR code of an address: one path of runs, which is far smaller than a rectangle for each dot. */
export function qrOf(address: string): Qr {
  const { data, size } = encode(address, { ecc: 'M', border: 2 })
  let path = ''
  data.forEach((row, y) => {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue
      const start = x
      while (row[x + 1]) x++
      path += `M${start} ${y}h${x - start + 1}v1H${start}`
    }
  })
  return { size, path }
}
