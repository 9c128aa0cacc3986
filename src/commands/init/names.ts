/** What the words of a name tell. Words are upper case, without digits at their end. */

/** APP_DB_PASSWORD2 and appDbPassword: APP, DB, PASSWORD. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .map(word => word.replace(/\d+$/, ''))
    .filter(Boolean)
}

/** DB_PASSWORD, PGPASSWORD, API_KEYS. */
export function namesSecret(words: readonly string[]): boolean {
  return words.some(word => isOneOf(SECRETS, word) || HOLDS_SECRET.test(word))
}

/** LOG_LEVEL, DB_HOST, SMTP_USER. */
export function namesSetting(words: readonly string[]): boolean {
  return isOneOf(SETTINGS, words.at(-1) ?? '')
}

/** What a name that has a secret's word in it is about after all: TOKEN_TTL is an amount, KEY_FILE a place. */
export function aspectOf(words: readonly string[]): 'amount' | 'place' | 'kind' | undefined {
  const last = words.at(-1) ?? ''
  if (isOneOf(AMOUNTS, last)) return 'amount'
  if (isOneOf(KINDS, last)) return 'kind'
  return isOneOf(PLACES, last) && !words.includes('WEBHOOK') ? 'place' : undefined
}

/** Build tools put these into what every visitor downloads. */
export function isPublicByName(name: string, words: readonly string[]): boolean {
  return PUBLIC_PREFIX.test(name) && !words.some(word => HOLDS_SECRET.test(word) || word === 'PRIVATE')
}

const PUBLIC_PREFIX = /^(?:NEXT_PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|VITE|REACT_APP|VUE_APP|GATSBY|STORYBOOK)_/

// Long enough to be meant wherever they stand.
const HOLDS_SECRET = /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|APIKEY|ACCESSKEY|PRIVATEKEY/

const SECRETS = listWords(`AUTH BEARER DSN HMAC JWT KEY LICENCE LICENSE MNEMONIC NONCE OTP PASS PASSCODE PAT
  PEPPER PIN PRIVATE PSK PW PWD SALT SAS SEED SIGNATURE SIGNING WEBHOOK`)

const AMOUNTS =
  listWords(`AGE ATTEMPT COST COUNT DAY DURATION EXPIRATION EXPIRE EXPIRY HOUR IN INTERVAL LENGTH
  LIMIT MAX MIN MINUTE MS ROUND SECOND SIZE TIMEOUT TTL VERSION`)
const PLACES = listWords('AUDIENCE DIR DOMAIN ENDPOINT FILE FOLDER HOST ISSUER PATH SERVER URI URL')
const KINDS = listWords('ALG ALGORITHM FORMAT HEADER PROVIDER TYPE')

const SETTINGS = new Set([
  ...AMOUNTS,
  ...PLACES,
  ...KINDS,
  ...listWords(`ADAPTER ADDR ADDRESS BACKEND BATCH BROKER BUCKET BUFFER BYTE CHANNEL CHARSET CLASS COLLECTION
    COLOR CONCURRENCY CONNECTION COUNTRY CURRENCY DATABASE DB DEBUG DELAY DEPTH DESCRIPTION DIALECT DIRECTORY
    DISABLED DRIVER EMAIL ENABLE ENABLED ENCODING ENGINE ENV ENVIRONMENT EXCHANGE FEATURE FLAG FROM GROUP
    HOSTNAME ID INDEX KIND LANG LANGUAGE LEVEL LOCALE MODE MODEL NAME NAMESPACE NODE ORIGIN POOL PORT
    PREFIX PROTOCOL PROXY QUEUE RATE REGION RETRIES RETRY ROOT SCHEMA SCHEME SENDER SERVICE SSL SSLMODE STAGE
    STORE STRATEGY SUBJECT SUFFIX TABLE THEME THREAD TIMEZONE TITLE TLS TOPIC TZ USER USERNAME VERBOSE WORKER
    ZONE`),
])

function listWords(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/))
}

/** In the singular or the plural. */
function isOneOf(words: ReadonlySet<string>, word: string): boolean {
  return words.has(word) || words.has(word.replace(/S$/, ''))
}
