import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { reencode } from './image.ts'

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#3a6ea5' } })

describe('reencode', () => {
  it.each(['jpeg', 'png', 'webp', 'gif'] as const)('takes %s and gives WebP', async (format) => {
    const { type, width, height, bytes } = await reencode(await picture(64, 32).toFormat(format).toBuffer())
    expect({ type, width, height }).toEqual({ type: 'image/webp', width: 64, height: 32 })
    expect((await sharp(bytes).metadata()).format).toBe('webp')
  })

  it('keeps nothing of where and with what a picture was taken', async () => {
    const bytes = await picture(64, 32)
      .withExif({ IFD0: { Model: 'Spy Camera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' } })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
      .jpeg()
      .toBuffer()
    expect(Buffer.from(bytes).includes('Spy Camera')).toBe(true)
    const kept = await reencode(bytes)
    expect(Buffer.from(kept.bytes).includes('Spy Camera')).toBe(false)
    const { exif, xmp, icc } = await sharp(kept.bytes).metadata()
    expect({ exif, xmp, icc }).toEqual({ exif: undefined, xmp: undefined, icc: undefined })
  })

  it('turns a picture upright', async () => {
    const bytes = await picture(64, 32).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await reencode(bytes)).toMatchObject({ width: 32, height: 64 })
  })

  it('makes a large picture as large as a page can show and no larger', async () => {
    expect(await reencode(await picture(4000, 1000).png().toBuffer())).toMatchObject({ width: 1600, height: 400 })
  })

  it.each([
    ['text with a picture’s name', Buffer.from('this is no picture')],
    ['an SVG, which can hold script', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')],
    ['HTML behind a GIF’s first bytes', Buffer.from('GIF89a<script>alert(1)</script>')],
    ['nothing', Buffer.alloc(0)],
  ])('refuses %s', async (_, bytes) => {
    await expect(reencode(bytes)).rejects.toMatchObject({ code: 'image_not_readable' })
  })

  it('refuses half a picture', async () => {
    const whole = await picture(300, 300).jpeg().toBuffer()
    await expect(reencode(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({ code: 'image_not_readable' })
  })

  it('says of a HEIC picture what to do with it', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1')
    await expect(reencode(heic)).rejects.toMatchObject({ code: 'image_heic' })
  })

  it('refuses a picture over 10 MB before looking into it', async () => {
    const bytes = Buffer.alloc(10 * 1024 * 1024 + 1, 0xff)
    await expect(reencode(bytes)).rejects.toMatchObject({ code: 'image_too_large' })
  })

  it('refuses a picture that unfolds into more memory than its pixels tell', async () => {
    const deep = await picture(7_000, 7_000).toColourspace('rgb16').png({ compressionLevel: 9 }).toBuffer()
    expect((await sharp(deep).metadata()).depth).toBe('ushort')
    await expect(reencode(deep)).rejects.toMatchObject({ code: 'image_too_many_pixels' })
  })

  it('refuses a small file that would unfold into a huge picture', async () => {
    const bomb = await picture(10_000, 6_000).png({ compressionLevel: 9 }).toBuffer()
    await expect(reencode(bomb)).rejects.toMatchObject({ code: 'image_too_many_pixels' })
  })
})
