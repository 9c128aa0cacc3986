// An app that needs its secrets, and knows nothing of secwrap.
const { NODE_ENV, PORT, DB_PASSWORD, DB_URL, API_KEY, SENTRY_DSN } = process.env

const show = value => (value === undefined ? 'not set' : `set, ${value.length} characters`)

console.log(`app: pid ${process.pid}, ${NODE_ENV}, port ${PORT}`)
console.log(`app: DB_PASSWORD  ${show(DB_PASSWORD)}`)
console.log(`app: DB_URL       ${show(DB_URL)}, for ${new URL(DB_URL).host}`)
console.log(`app: API_KEY      ${show(API_KEY)}`)
console.log(`app: SENTRY_DSN   ${show(SENTRY_DSN)}`)
