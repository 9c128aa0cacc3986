import { expect, test } from '@jest/globals'
import { classify } from '../../../../src/commands/init/classify.ts'

// In two parts, so that no scanner of this repository takes them for real ones.
const AWS = ['AKIA', 'QWERTZUIOPASDFGH'].join('')
const GITHUB = ['ghp', 'wJ3kPq8Zr5TnYb2VxC6mLd9FhS1gKa4uE7oR'].join('_')
const STRIPE = ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_')
const SLACK = ['https://hooks.slack.com', 'services', 'T0', 'B0', 'x'].join('/')
const WEB_TOKEN = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'c2lnbmF0dXJl'].join('.')

test.each([
  // by its name
  ['DB_PASSWORD', 'apple', 'name'],
  ['PGPASSWORD', 'apple', 'name'],
  ['MYSQL_PWD', 'apple', 'name'],
  ['SMTP_PASS', '12345', 'name'],
  ['API_KEY', 'apple', 'name'],
  ['API_KEYS', 'a,b', 'name'],
  ['apiKey', 'apple', 'name'],
  ['STRIPE_KEY2', 'apple', 'name'],
  ['GITHUB_TOKEN', 'apple', 'name'],
  ['AUTHTOKEN', 'apple', 'name'],
  ['CLIENT_SECRET', 'apple', 'name'],
  ['PIN', '1234', 'name'],
  ['PASSWORD_SALT', 'apple', 'name'],
  ['SENTRY_DSN', 'apple', 'name'],
  ['SECRET_ID', 'apple', 'name'],
  ['PASSWORD_DB', 'apple', 'name'],
  ['PASSWORD_USER', 'apple', 'name'],
  ['WEBHOOK_URL', 'https://example.com/hook', 'name'],
  ['TOKEN_TTL', 'apple', 'name'],
  ['KEY_FILE', 'apple pie', 'name'],
  ['NEXT_PUBLIC_SECRET', 'apple', 'name'],
  // by its value
  ['AWS_ID', AWS, 'a known kind of key'],
  ['LOG_LEVEL', GITHUB, 'a known kind of key'],
  ['BILLING', STRIPE, 'a known kind of key'],
  ['NEXT_PUBLIC_BILLING', STRIPE, 'a known kind of key'],
  ['NOTIFY_URL', SLACK, 'a known kind of key'],
  ['STATE', WEB_TOKEN, 'a known kind of key'],
  ['CERT_FILE', '-----BEGIN CERTIFICATE-----\nA\n-----BEGIN RSA PRIVATE KEY-----\nB', 'a known kind of key'],
  ['DATABASE_URL', 'postgres://app:apple@db/app', 'holds credentials'],
  ['DATABASE_URL', 'mongodb://app:apple@a:1,b:2/app', 'holds credentials'],
  ['DATABASE_URL', 'postgres://app:ap/ple?@db/app', 'holds credentials'],
  ['SENTRY_URL', 'https://0a1b2c@o0.example/1', 'holds credentials'],
  ['MYSQL_NAME', 'app:apple@tcp(db:3306)/app', 'holds credentials'],
  ['STORAGE_CONNECTION', 'AccountName=a;AccountKey=apple', 'holds credentials'],
  ['DB_OPTIONS', 'host=db password=apple', 'holds credentials'],
  ['APP_FEATURES', '{"db_password": "apple"}', 'holds credentials'],
  ['FILES_URL', 'https://files.example/a?sig=apple', 'holds credentials'],
  ['HTTP_HEADER', 'Authorization: Bearer apple', 'holds credentials'],
  ['JAVA_VERSION', '-DdbPassword=apple', 'holds credentials'],
  ['START_MODE', '--api-key apple', 'holds credentials'],
  ['PROXY_USER', 'app:apple', 'holds credentials'],
  ['CLIENT_ID', '3f2b8c1e-9a7d-4e65-8b21-0c9d8e7f6a5b', 'looks random'],
  ['APP_NAME', 'b7Kx92LmQz41TvWp', 'looks random'],
  ['APP_NAME', '9f86d081884c7d659a2feaa0c55ad015', 'looks random'],
  ['FEED_URL', 'https://example.com/f/b7Kx92LmQz41TvWp', 'looks random'],
  ['SOMETHING', 'apple', 'in doubt'],
  ['SOMETHING', 'correct horse battery', 'in doubt'],
  ['SOMETHING', 'correct.horse.battery', 'in doubt'],
  ['SOMETHING', 'pa-apple-1', 'in doubt'],
  ['NODE_OPTIONS', '-u app -p apple', 'in doubt'],
  ['PUBLIC_API_KEY', 'apple', 'name'],
  ['APP_NAME', 'two\nlines', 'in doubt'],
])('sealed: %s %#: %s', (name, value, why) => {
  expect(classify(name, value)).toEqual({ isSecret: true, why })
})

test.each([
  ['API_KEY', '', 'nothing in it'],
  ['API_KEY', '  ', 'nothing in it'],
  ['DB_PASSWORD', '${OTHER}', 'nothing in it'],
  ['USE_TOKEN', 'true', 'a switch'],
  ['API_KEY', 'none', 'a switch'],
  ['NEXT_PUBLIC_API_KEY', 'b7Kx92LmQz41TvWp', 'public by its name'],
  ['VITE_URL', 'https://example.com', 'public by its name'],
  ['JWT_PUBLIC_KEY', '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----', 'a public key'],
  ['TLS_CERT', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'a public key'],
  ['TOKEN_TTL', '3600', 'name'],
  ['JWT_EXPIRES_IN', '15m', 'name'],
  ['PASSWORD_MIN_LENGTH', '12', 'name'],
  ['KEY_FILE', './tls.key', 'name'],
  ['SECRETS_PATH', '/run/secrets', 'name'],
  ['TOKEN_URL', 'https://id.example.com/token', 'name'],
  ['JWT_ALGORITHM', 'HS256', 'name'],
  ['AUTH_PROVIDER', 'google', 'name'],
  ['API_KEY_HEADER', 'X-Api-Key', 'name'],
  ['NODE_ENV', 'production', 'name'],
  ['PORT', '3000', 'name'],
  ['LOG_LEVEL', 'debug', 'name'],
  ['DB_HOST', 'db', 'name'],
  ['DB_USER', 'app', 'name'],
  ['APP_NAME', 'My App', 'name'],
  ['QUEUE_NAME', 'OrderProcessingQueueOfTheShop', 'name'],
  ['DATABASE_URL', 'postgres://db:5432/app', 'name'],
  ['DATABASE_URL', 'postgres://${USER}:${PASSWORD}@db/app', 'name'],
  ['PACKAGE', 'https://example.com/a/b', 'URL'],
  ['FALLBACK', '5', 'number'],
  ['KEEPALIVE', '30s', 'size or time'],
  ['WORKSPACE', '/var/lib/app', 'path'],
  ['SETUP', 'config/app.yaml', 'path'],
  ['PRIMARY', '10.0.0.1:6379,10.0.0.2:6379', 'host'],
  ['PRIMARY', 'db.internal', 'host'],
  ['OPERATOR', 'ops@example.com', 'e-mail address'],
  ['SCHEMA_REVISION', '1.2.3', 'version'],
  ['CLOCK', 'Europe/Berlin', 'time zone'],
  ['PLACE', 'eu-central-1', 'region'],
  ['TONGUE', 'de_DE', 'locale'],
  ['DEPLOYMENT', 'staging', 'setting'],
])('as text: %s %#: %s', (name, value, why) => {
  expect(classify(name, value)).toEqual({ isSecret: false, why })
})

const MAX = 131_071

test.each([
  ['words', 'a.'],
  ['schemes', '://'],
  ['schemes with names', 'a://b'],
  ['quotes', '"password'],
  ['paths', 'a/b-'],
  ['hosts', 'a-b.c:1,'],
  ['random', 'aB3'],
])('the longest value does not keep it busy beyond the time of a test: %s', (_, pattern) => {
  expect(classify('SOMETHING', pattern.repeat(MAX / pattern.length))).toHaveProperty('isSecret')
})
