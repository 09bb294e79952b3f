import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { ask, type Owner, type Person } from '../support/api.ts'
import { expectNothingStored, expectRefusal, useServer } from './expectations.ts'

const site = useServer()

let alice: Owner
let bob: Person
let idea: string

beforeAll(async () => {
  alice = await ask(site.url)
  bob = await alice.invite('Bob')
  idea = (await bob.addIdea({ title: 'At the lake' })).body.id
})

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 80, b: 40 } } })

async function served(url: string) {
  const response = await fetch(site.url + url)
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) }
}

/** A PNG that says it is as large as that; its pixels are not worth a kilobyte. */
async function bomb(width: number, height: number): Promise<Uint8Array> {
  const bytes = Buffer.from(await picture(1, 1).png().toBuffer())
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  return bytes
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

const ascii = (text: string) => new TextEncoder().encode(text)
const together = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

describe('a picture', () => {
  it.each(['jpeg', 'png', 'webp', 'gif'] as const)(
    'is taken as %s and served as a WebP that never changes',
    async (format) => {
      const { status, body } = await bob.setImage(idea, await picture(40, 30)[format]().toBuffer(), `image/${format}`)
      expect(status).toBe(200)
      expect(body.image).toMatchObject({ width: 40, height: 30 })
      expect(body.image!.url).toMatch(new RegExp(`^/api/v1/questions/${alice.questionId}/images/[0-9A-Za-z]{11}$`))
      const { response, bytes } = await served(body.image!.url)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('image/webp')
      expect(response.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
      expect(response.headers.get('set-cookie')).toBeNull()
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 40, height: 30 })
    },
  )

  it('says nothing of where, when and with what it was taken', async () => {
    const exif = {
      IFD0: { Make: 'SpyCam', Software: 'Telltale', ImageDescription: 'Home of Bob' },
      IFD3: {
        GPSLatitude: '51/1 30/1 3230/100',
        GPSLatitudeRef: 'N',
        GPSLongitude: '0/1 7/1 4366/100',
        GPSLongitudeRef: 'W',
      },
    }
    const taken = await picture(60, 40)
      .withExif(exif)
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">Telltale</x:xmpmeta>')
      .jpeg()
      .toBuffer()
    expect((await sharp(taken).metadata()).exif).toBeDefined()
    expect(taken.includes('SpyCam')).toBe(true)
    const { body } = await bob.setImage(idea, taken, 'image/jpeg')
    const { bytes } = await served(body.image!.url)
    const { exif: kept, xmp, icc, iptc } = await sharp(bytes).metadata()
    expect([kept, xmp, icc, iptc]).toEqual([undefined, undefined, undefined, undefined])
    for (const trace of ['SpyCam', 'Telltale', 'Home of Bob', 'Exif', 'GPS'])
      expect(Buffer.from(bytes).includes(trace)).toBe(false)
  })

  it('stands upright, and is made smaller when it is large', async () => {
    const lying = await picture(3000, 1000).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    const { body } = await bob.setImage(idea, lying, 'image/jpeg')
    expect(body.image).toMatchObject({ width: 533, height: 1600 })
  })

  it('loses whatever was hidden behind it', async () => {
    const jpeg = await picture(20, 20).jpeg().toBuffer()
    const gif = await picture(20, 20).gif().toBuffer()
    const script = ascii('<html><script>alert("polyglot")</script></html>')
    for (const [bytes, type] of [
      [together(jpeg, script), 'image/jpeg'],
      [together(gif, script), 'image/gif'],
      [together(jpeg, ascii('PK\u0003\u0004')), 'text/html; charset=utf-8'],
    ] as const) {
      const answer = await bob.setImage(idea, bytes, type.startsWith('image/') ? type : 'application/octet-stream')
      expect(answer.status).toBe(200)
      const { response, bytes: kept } = await served(answer.body.image!.url)
      expect(response.headers.get('content-type')).toBe('image/webp')
      expect(Buffer.from(kept).includes('polyglot')).toBe(false)
    }
  })

  it('gives way to the next one, and goes with the idea, for everyone', async () => {
    const { body: mine } = await bob.addIdea({ title: 'With a picture' })
    const png = await picture(10, 10).png().toBuffer()
    const first = (await bob.setImage(mine.id, png)).body.image!.url
    const second = (await bob.setImage(mine.id, png)).body.image!.url
    expect(second).not.toBe(first)
    expect((await served(first)).response.status).toBe(404)
    expect((await served(second)).response.status).toBe(200)

    await alice.hide('ideas', mine.id)
    const hidden = await served(second)
    expect(hidden.response.status).toBe(404)
    expect(hidden.response.headers.get('cache-control')).toBeNull()
    await alice.show('ideas', mine.id)
    expect((await served(second)).response.status).toBe(200)

    const elsewhere = await ask(site.url)
    expect((await served(second.replace(alice.questionId, elsewhere.questionId))).response.status).toBe(404)
    await alice.deleteQuestion()
    expect((await served(second)).response.status).toBe(404)
    await alice.restoreQuestion()

    expect((await bob.removeImage(mine.id)).body.image).toBeNull()
    expect((await served(second)).response.status).toBe(404)
    const third = (await bob.setImage(mine.id, png)).body.image!.url
    await bob.deleteIdea(mine.id)
    expect((await served(third)).response.status).toBe(404)
  })

  it('is refused by Mallory, by strangers and for ideas that are not there', async () => {
    const png = await picture(10, 10).png().toBuffer()
    const mallory = await alice.invite('Mallory')
    const other = await ask(site.url)
    await expectNothingStored(alice, async () => {
      // Said before anything is decoded, whatever it is that was sent.
      for (const bytes of [png, await bomb(8000, 8000), ascii('nonsense')])
        expectRefusal(await mallory.setImage(idea, bytes), 'author_only')
      expectRefusal(await alice.stranger().setImage(idea, png), 'participant_needed')
      expectRefusal(await bob.setImage('AAAAAAAAAAA', png), 'idea_not_found')
      expectRefusal(await other.setImage(idea, png), 'idea_not_found')
      expectRefusal(await bob.get('/images/AAAAAAAAAAA'), 'image_not_found')
      expectRefusal(await bob.get('/images/..%2F1'), 'image_not_found')
    })
  })
})

describe('what is no picture', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)" width="9" height="9"/>'

  it.each<[string, () => Uint8Array | Promise<Uint8Array>]>([
    ['an SVG named .png', () => ascii(svg)],
    ['an SVG with a declaration', () => ascii(`<?xml version="1.0"?>${svg}`)],
    ['HTML', () => ascii('<!doctype html><script>alert(1)</script>')],
    ['text', () => ascii('I am a picture, honestly.')],
    ['nothing', () => new Uint8Array()],
    ['a single byte', () => new Uint8Array([0xff])],
    ['a TIFF', () => picture(9, 9).tiff().toBuffer()],
    ['an AVIF', () => picture(9, 9).avif().toBuffer()],
    ['a PDF', () => ascii('%PDF-1.7\n%\u00e2\n')],
    ['a BMP', () => together(ascii('BM'), new Uint8Array(60))],
    ['an SVG behind a GIF’s first bytes', () => ascii(`GIF89a${svg}`)],
    ['text behind a JPEG’s first bytes', () => together(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), ascii(svg))],
    ['noise behind a PNG’s first bytes', () => together(new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]), ascii(svg))],
    ['a WebP without content', () => ascii('RIFF\u0004\u0000\u0000\u0000WEBP')],
    [
      'a truncated JPEG',
      async () => {
        const noise = await sharp({
          create: {
            width: 300,
            height: 300,
            channels: 3,
            background: 'red',
            noise: { type: 'gaussian', mean: 128, sigma: 60 },
          },
        })
          .jpeg()
          .toBuffer()
        return noise.subarray(0, noise.length / 2)
      },
    ],
    [
      'a truncated PNG',
      async () => {
        const png = await picture(200, 200).png({ compressionLevel: 0 }).toBuffer()
        return png.subarray(0, png.length / 2)
      },
    ],
  ])('is refused: %s', async (_what, bytes) => {
    const sent = await bytes()
    await expectNothingStored(alice, async () => {
      for (const type of ['image/png', 'application/octet-stream'])
        expectRefusal(await bob.setImage(idea, sent, type), 'image_not_readable')
    })
  })

  it('is refused as HEIC by name', async () => {
    for (const brand of ['heic', 'heix', 'hevc', 'mif1', 'msf1']) {
      const heic = together(new Uint8Array([0, 0, 0, 24]), ascii(`ftyp${brand}`), new Uint8Array(40))
      await expectNothingStored(alice, async () => {
        expectRefusal(await bob.setImage(idea, heic, 'image/heic'), 'image_heic')
      })
    }
  })

  it.each([
    [8000, 8000],
    [65_000, 65_000],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [1, 2 ** 31 - 1],
  ])('is refused as a bomb of %d × %d pixels', async (width, height) => {
    const bytes = await bomb(width, height)
    expect(bytes.length).toBeLessThan(1000)
    await expectNothingStored(alice, async () => {
      const before = Date.now()
      const answer = await bob.setImage(idea, bytes)
      expect(['image_too_many_pixels', 'image_not_readable']).toContain(answer.problem.code)
      if (width === 8000) expectRefusal(answer, 'image_too_many_pixels')
      expect(Date.now() - before).toBeLessThan(2000)
    })
  })

  it('is refused over 10 MB, and cut off beyond 11', async () => {
    const jpeg = await picture(20, 20).jpeg().toBuffer()
    await expectNothingStored(alice, async () => {
      const large = together(jpeg, new Uint8Array(10 * 1024 * 1024))
      expectRefusal(await bob.setImage(idea, large, 'image/jpeg'), 'image_too_large')
    })
  })

  it('is refused as JSON or a form, and where no picture belongs', async () => {
    const png = await picture(10, 10).png().toBuffer()
    await expectNothingStored(alice, async () => {
      expectRefusal(await bob.put(`/ideas/${idea}/image`, { url: 'https://example.org/x.png' }), 'image_not_readable')
      expectRefusal(await bob.put(`/ideas/${idea}/image`), 'image_not_readable')
      expectRefusal(await bob.setImage(idea, png, 'multipart/form-data; boundary=x'), 'wrong_content_type')
      expectRefusal(await bob.setImage(idea, png, 'text/html'), 'wrong_content_type')
      expectRefusal(await bob.send('POST', '/ideas', png, { 'content-type': 'image/png' }), 'wrong_content_type')
      expectRefusal(await bob.send('PUT', '/ballot', png, { 'content-type': 'image/png' }), 'wrong_content_type')
    })
  })
})
