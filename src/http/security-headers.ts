/**
 * What browsers are told with every answer, so that they make less of it than could be made. Whoever writes a head
 * themselves (ready bytes, streams) takes it from here.
 */
export const withEveryAnswer = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  // No other site may take it into a page of its own: neither a picture nor a number.
  'cross-origin-resource-policy': 'same-origin',
} as const

/** Once someone came over HTTPS, browsers come by nothing else for a year. What lies on other hosts is not ours to decide. */
export const overHttps = { 'strict-transport-security': 'max-age=31536000' } as const

/** The style in `web/static/favicon.svg`, which follows the colour scheme. */
const favicon = "'sha256-UPvn3vidqLTRbTliyiDkveRtUXI3WNE+5nxGOWAqJFg='"

/**
 * For what the pages answer besides pages, and for the page that is shown when none can be made. Pages have a policy of
 * their own (vite.config.ts).
 */
const noPage = [
  "default-src 'none'",
  "img-src 'self'",
  `style-src ${favicon}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What no page here uses, so that nothing that got into one can. */
const unused = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
]

const withEveryPage = {
  ...withEveryAnswer,
  'content-security-policy': noPage,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': unused.map((feature) => `${feature}=()`).join(', '),
}

/**
 * An address with a token in it is told to nobody. Elsewhere our own forms need their Origin, which browsers leave out
 * together with the Referer.
 */
const withOwnerLink = { ...withEveryPage, 'referrer-policy': 'no-referrer' }

/**
 * The headers of what the pages answer: pages, forms, styles, redirects and what is not there.
 * @param url path and query
 * @param origin where people reach this server; with `https:` browsers are held to it
 */
export function pageHeaders(url: string, origin: string): Record<string, string> {
  const headers = url.startsWith('/admin/') ? withOwnerLink : withEveryPage
  return origin.startsWith('https://') ? { ...headers, ...overHttps } : headers
}
