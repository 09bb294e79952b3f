import type { Values } from './refused.ts'

/** The texts of a form. Browsers send line ends as CRLF; people did not type them. */
export function textsOf(form: FormData): Values {
  const values: Values = {}
  for (const [name, value] of form) if (typeof value === 'string') values[name] = value.replace(/\r\n/g, '\n')
  return values
}

/** A picture that was chosen; a file field left alone sends an empty file. */
export async function imageOf(form: FormData): Promise<Uint8Array | null> {
  const file = form.get('image')
  return file instanceof File && file.size > 0 ? new Uint8Array(await file.arrayBuffer()) : null
}

/** A limit that may be left empty for none; NaN for what is not a number, which the schema then refuses. */
export function limitOf(text: string | undefined): number | null {
  return text === undefined || text.trim() === '' ? null : Number(text)
}

/** A link, or none where its field was left empty. */
export function linkOf({ link = '' }: Values): string | null {
  return link.trim() === '' ? null : link.trim()
}

/** A larger picture does not fit into a form once more, beside all else; in bytes. */
const largestPicture = 7 * 1024 * 1024

/** A picture as it goes back with a form that is to be sent again; one that is too large has to be chosen again. */
export function pictureAgain(picture: Uint8Array | null): { picture: string | null; pictureLeftOut: boolean } {
  const fits = picture !== null && picture.length <= largestPicture
  return {
    picture: fits ? Buffer.from(picture).toString('base64') : null,
    pictureLeftOut: picture !== null && !fits,
  }
}

/** A picture that came back with a form that was to be sent again; it is taken out of the values. */
export function pictureIn(values: Values): Uint8Array | null {
  const { picture } = values
  delete values.picture
  return picture === undefined || picture === '' ? null : new Uint8Array(Buffer.from(picture, 'base64'))
}
