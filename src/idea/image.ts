import sharp from 'sharp'
import { Gate } from '../base/gate.ts'
import { refuse } from '../base/refusals.ts'

/** What an uploaded picture becomes. */
export interface Picture {
  type: 'image/webp'
  width: number
  height: number
  bytes: Uint8Array
}

const maxBytes = 10 * 1024 * 1024
const maxPixels = 50_000_000
/** Nor may it unfold into more bytes than this many pixels have in ordinary depth, however small its file is. */
const maxUnfolded = 4 * maxPixels
/** Longest side kept, in pixels: twice what the widest page shows. */
const maxSide = 1600

/**
 * Decodes a picture and writes it anew: upright, at most 1600 pixels a side, as WebP, without any metadata (place,
 * camera, time). Whatever is hidden in the file does not survive. Of an animation the first frame is kept.
 * @param bytes JPEG, PNG, WebP or GIF, whatever the file's name says
 * @throws image_too_large, image_heic, image_not_readable, image_too_many_pixels, overloaded
 */
export function reencode(bytes: Uint8Array): Promise<Picture> {
  return decoding.through(() => decode(bytes))
}

/** One picture at a time: a large one takes some hundred megabytes while it is open. Those that wait are whole files. */
export const decoding = new Gate({ inside: 1, waiting: 20 })

async function decode(bytes: Uint8Array): Promise<Picture> {
  if (bytes.length > maxBytes) throw refuse('image_too_large')
  if (isHeic(bytes)) throw refuse('image_heic')
  // Decided by the bytes and before any decoder sees them: the library would also read SVG, TIFF and more.
  if (!isTaken(bytes)) throw refuse('image_not_readable')
  try {
    const image = sharp(bytes, { limitInputPixels: false, failOn: 'error', pages: 1 })
    const { width, height, channels, depth } = await image.metadata()
    const unfolded = width * height * channels * (depth === 'uchar' ? 1 : 2)
    if (width * height > maxPixels || unfolded > maxUnfolded) throw refuse('image_too_many_pixels')
    const { data, info } = await image
      .autoOrient()
      .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 80 })
      .toBuffer({ resolveWithObject: true })
    return { type: 'image/webp', width: info.width, height: info.height, bytes: data }
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'Refusal') throw cause
    throw refuse('image_not_readable')
  }
}

function isTaken(bytes: Uint8Array): boolean {
  return (
    startsWith(bytes, 0, [0xff, 0xd8, 0xff]) ||
    startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) ||
    ['GIF87a', 'GIF89a'].includes(ascii(bytes, 0, 6)) ||
    (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP')
  )
}

function isHeic(bytes: Uint8Array): boolean {
  return ascii(bytes, 4, 8) === 'ftyp' && /^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(ascii(bytes, 8, 12))
}

function startsWith(bytes: Uint8Array, at: number, start: number[]): boolean {
  return start.every((byte, index) => bytes[at + index] === byte)
}

function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}
