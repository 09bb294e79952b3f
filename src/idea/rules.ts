import { refuse, type Refusal } from '../base/refusals.ts'
import type { Settings } from '../question/wire.ts'

/** How many ideas one participant may still add; null without a limit. */
export function ideasLeft(settings: Settings, added: number): number | null {
  return settings.ideasPerParticipant === null ? null : Math.max(0, settings.ideasPerParticipant - added)
}

/** Whether somebody may add an idea. The owner always may: they switch new ideas off for others, not for themselves. */
export function refuseNewIdea(settings: Settings, isOwner: boolean, added: number): Refusal | null {
  if (isOwner) return null
  if (!settings.newIdeas) return refuse('new_ideas_off')
  if (ideasLeft(settings, added) === 0) return refuse('ideas_spent', [], { ideas: settings.ideasPerParticipant ?? 0 })
  return null
}

/** Whether somebody may put a picture or a link on an idea. What is there already stays, and the owner always may. */
export function refuseExtras(
  settings: Pick<Settings, 'images' | 'links'>,
  isOwner: boolean,
  extras: { image: boolean; link: boolean },
): Refusal | null {
  if (isOwner) return null
  if (extras.image && !settings.images) return refuse('images_off')
  return extras.link && !settings.links ? refuse('links_off') : null
}

/**
 * A link as it is stored and shown: http or https, with a host, without a password in it. What was typed without a
 * scheme gets https.
 * @throws link_not_safe
 */
export function safeLink(typed: string): string {
  const text = /^[a-z][a-z0-9+.-]*:/i.test(typed) && !/^[^/]+\.[^/]+:\d/.test(typed) ? typed : `https://${typed}`
  const url = URL.canParse(text) ? new URL(text) : null
  const safe =
    url !== null &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.hostname.includes('.') &&
    url.username === '' &&
    url.password === ''
  if (!safe) throw refuse('link_not_safe', [{ path: 'link', message: 'must begin with https:// and name a host' }])
  return url.href
}
