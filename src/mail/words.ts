/** A letter as it is sealed. Nothing in it was written by whoever asked for it. */
export interface Letter {
  to: string
  language: string
  kind: 'confirm'
  /** Where people reach this server, without a slash at the end. */
  origin: string
  /** Path of the page that the letter leads to, with its key. */
  path: string
}

interface Words {
  subject: string
  before: string
  button: string
  after: string[]
}

const words: Record<string, (host: string) => Words> = {
  en: (host) => ({
    subject: `Confirm your e-mail address for ${host}`,
    before: `Somebody, most likely you, wants to take part in a question on ${host} with this e-mail address. If that is you, open this page and press the button there:`,
    button: 'Open the page',
    after: [
      'The page says which question it is. The link works once, for 24 hours.',
      'If it was not you, do nothing: nothing happens then, and no further letter comes by itself.',
    ],
  }),
  de: (host) => ({
    subject: `Bestätige deine E-Mail-Adresse für ${host}`,
    before: `Jemand, wahrscheinlich du, möchte mit dieser E-Mail-Adresse bei einer Frage auf ${host} mitmachen. Wenn du das bist, öffne diese Seite und drücke dort den Knopf:`,
    button: 'Seite öffnen',
    after: [
      'Die Seite sagt, um welche Frage es geht. Der Link gilt einmal, für 24 Stunden.',
      'Wenn du es nicht warst, tu nichts: Dann geschieht nichts, und von selbst kommt kein weiterer Brief.',
    ],
  }),
}

/** The languages in which letters are written. */
export const letterLanguages = Object.keys(words)

/** What a letter says, as plain text and as HTML that asks nobody for anything. */
export function compose({ language, origin, path }: Letter): { subject: string; text: string; html: string } {
  const link = origin + path
  const say = words[language] ?? words.en
  if (!say) throw new Error('There are no words for letters.')
  const { subject, before, button, after } = say(new URL(origin).host)
  const paragraph = (text: string) => `<p>${escape(text)}</p>`
  return {
    subject,
    text: [before, link, ...after].join('\n\n') + '\n',
    html:
      `<!doctype html><html lang="${language}"><body style="font-family: sans-serif; line-height: 1.5; max-width: 36em">` +
      paragraph(before) +
      `<p><a href="${escape(link)}">${escape(button)}</a></p><p style="word-break: break-all">${escape(link)}</p>` +
      `${after.map(paragraph).join('')}</body></html>`,
  }
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)
}
