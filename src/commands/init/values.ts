/** What a value itself tells, whatever its name. */

/** Keys and tokens whose form says what they are, by their makers' documentation. */
export function isKeyMaterial(value: string): boolean {
  return KEY_MATERIAL.test(value)
}

const KEY_MATERIAL = new RegExp(
  [
    '-----BEGIN [A-Z0-9 ]*PRIVATE KEY',
    'AGE-SECRET-KEY-',
    String.raw`\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.`, // JSON Web Token
    String.raw`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`, // AWS
    String.raw`\bgh[pousr]_\w{20,}`, // GitHub
    String.raw`\bgithub_pat_\w{20,}`,
    String.raw`\bglpat-[\w-]{16,}`, // GitLab
    String.raw`\bxox[abeoprs]-[\w-]{10,}`, // Slack
    String.raw`hooks\.slack\.com/(?:services|workflows)/`,
    String.raw`discord(?:app)?\.com/api/webhooks/`,
    String.raw`\b(?:sk|rk|whsec)_(?:(?:live|test)_)?[A-Za-z0-9]{16,}`, // Stripe
    String.raw`\bsk-[\w-]{20,}`, // OpenAI, Anthropic
    String.raw`\bSG\.[\w-]{16,}\.`, // SendGrid
    String.raw`\bnpm_[A-Za-z0-9]{30,}`,
    String.raw`\bhv[sbr]\.[\w-]{20,}`, // Vault
    String.raw`\bdop_v1_[0-9a-f]{32,}`, // DigitalOcean
  ].join('|'),
)

/** A URL with user info, a data source or a header with a password, JSON or a query with a secret in it. */
export function holdsCredentials(value: string): boolean {
  return CREDENTIALS.some(form => form.test(value))
}

const FIELD =
  'password|passwd|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|signature|sig'
const CREDENTIALS = [
  /[a-z0-9]:\/\/:*[^\s@:][^\s@]*@/i, // scheme://user:password@host
  /^[^\s:/@]+:[^\s@/][^\s@]*@/, // user:password@tcp(host)/name
  new RegExp(`(?:${FIELD})["']?\\s*[=:]\\s*["']?[^\\s"',}]|-(?:${FIELD})\\s+\\S`, 'i'), // also -DdbPassword=…, --token …
  /\bbearer\s+\S|\bbasic\s+[\w+/]{8,}/i,
]

/** Certificates and public keys are made to be shown. */
export function isPublicPem(value: string): boolean {
  const kinds = value.match(/-----BEGIN [A-Z0-9 ]+-----/g)
  return kinds?.every(kind => /CERTIFICATE|PUBLIC KEY/.test(kind)) ?? false
}

/** Long, and small letters, capitals and digits in no order: no word, no path, no CamelCase. */
export function looksRandom(value: string): boolean {
  if (UUID.test(value)) return true
  const pieces = BASE64.test(value) ? [value] : value.split(/[^A-Za-z0-9]+/)
  return pieces.some(piece => piece.length >= 16 && isMixed(piece) && bitsPerCharacter(piece) >= 3)
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i
const BASE64 = /^[\w+-][\w+/-]{19,}={0,2}$/

/** Words change from one kind of character to another now and then, keys at every second one. */
function isMixed(text: string): boolean {
  const changes = text.match(/[a-z](?=[A-Z\d])|[A-Z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0
  return changes >= text.length / 5
}

/** Shannon entropy. */
function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

export function isSwitch(value: string): boolean {
  return /^(?:true|false|yes|no|on|off|enabled?|disabled?|null|none)$/i.test(value)
}

/** What kind of plain setting it is, undefined where it could be anything. */
export function shapeOf(value: string): string | undefined {
  return SHAPES.find(([, shape]) => shape.test(value))?.[0]
}

// Not every ending: correct.horse.battery is no host.
const DOMAIN =
  '(?:[a-z0-9-]+\\.)+(?:[a-z]{2}|com|net|org|info|dev|app|cloud|internal|intranet|local|lan|home|corp|svc|example|test|invalid)'
const HOST = `(?:localhost|\\d{1,3}(?:\\.\\d{1,3}){3}|${DOMAIN}|[a-z][a-z0-9-]*(?=:\\d))(?::\\d{1,5})?`
const ENDINGS = 'json|ya?ml|toml|ini|conf|cfg|env|pem|crt|cer|key|log|db|sqlite3?|txt|csv|sock'
const CONTINENTS = 'Africa|America|Asia|Atlantic|Australia|Europe|Pacific'
const SETTINGS =
  'production|prod|development|dev|staging|stage|testing|test|local|ci|silent|error|warn|warning|info|verbose|debug|trace|json|text|pretty|auto|default'

const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['number', /^[+-]?\d+(?:\.\d+)?$/],
  ['size or time', /^\d+(?:\.\d+)?\s?(?:ns|us|ms|s|sec|m|min|h|hours?|d|days?|w|y|[kmgt]i?b?|%|px)$/i],
  ['URL', /^[a-z][a-z0-9+.-]*:\/\/\S*$/i],
  ['path', /^(?:~|\.{1,2})?\/[\w./@ -]*$/],
  ['path', new RegExp(`^(?:[\\w@-]+/)*[\\w@-]+\\.(?:${ENDINGS})$`)],
  ['host', new RegExp(`^${HOST}(?:,\\s*${HOST})*$`)],
  ['e-mail address', /^[^\s@:"'<>]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i],
  ['version', /^v?\d+(?:\.\d+){1,3}$/],
  ['time zone', new RegExp(`^(?:UTC|GMT|(?:${CONTINENTS})/[A-Za-z_/]+)$`)],
  ['region', /^(?:us|eu|ap|sa|ca|me|af|il|cn|mx)(?:-gov)?-(?:north|south|east|west|central){1,2}-\d[a-z]?$/],
  ['locale', /^[a-z]{2}[_-][A-Z]{2}(?:\.UTF-8)?$/],
  ['setting', new RegExp(`^(?:${SETTINGS})$`, 'i')],
]
