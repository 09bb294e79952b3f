import type { QuestionPage } from './question-page.ts'

/** Plain links that hand the question on. Nothing of these services is loaded here. */
export function shareLinks(
  title: string,
  { url, tags }: QuestionPage['share'],
  mail: string,
): { name: string; href: string }[] {
  const link = encodeURIComponent(url)
  const text = encodeURIComponent([title, ...tags.filter((tag) => !title.includes(tag))].join(' '))
  const whole = `${text}%20${link}`
  const subject = encodeURIComponent(title)
  const bare = encodeURIComponent(tags.map((tag) => tag.slice(1)).join(','))
  return [
    { name: mail, href: `mailto:?subject=${subject}&body=${whole}` },
    { name: 'WhatsApp', href: `https://wa.me/?text=${whole}` },
    { name: 'Mastodon', href: `https://share.joinmastodon.org/?text=${whole}` },
    { name: 'Bluesky', href: `https://bsky.app/intent/compose?text=${whole}` },
    { name: 'X', href: `https://x.com/intent/post?text=${subject}&url=${link}${bare && `&hashtags=${bare}`}` },
    { name: 'Facebook', href: `https://www.facebook.com/sharer/sharer.php?u=${link}` },
    { name: 'LinkedIn', href: `https://www.linkedin.com/sharing/share-offsite/?url=${link}` },
  ]
}
