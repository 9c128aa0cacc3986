import { aspectOf, isPublicByName, namesSecret, namesSetting, wordsOf } from './names.ts'
import { holdsCredentials, isKeyMaterial, isPublicPem, isSwitch, looksRandom, shapeOf } from './values.ts'

/** Where a value goes, and by which sign; never a word of the value. */
export interface Verdict {
  readonly isSecret: boolean
  readonly why: string
}

/** A secret, or plain configuration that may be committed. What tells nothing is a secret. */
export function classify(name: string, value: string): Verdict {
  // What the names of others stand for is classified under their own.
  const subject = { name, words: wordsOf(name), value: value.replaceAll(/\$\{\w+\}/g, '').trim() }
  const rule = RULES.find(([, , applies]) => applies(subject))
  if (rule) return { isSecret: rule[0] === 'secret', why: rule[1] }
  const shape = shapeOf(subject.value)
  return shape === undefined ? { isSecret: true, why: 'in doubt' } : { isSecret: false, why: shape }
}

interface Subject {
  readonly name: string
  readonly words: readonly string[]
  readonly value: string
}

/** The first that applies counts. */
const RULES: readonly (readonly ['secret' | 'plain', string, (subject: Subject) => boolean])[] = [
  ['plain', 'nothing in it', ({ value }) => value === ''],
  ['secret', 'a known kind of key', ({ value }) => isKeyMaterial(value)],
  ['secret', 'holds credentials', ({ value, words }) => holdsCredentials(value) || holdsLogin(words, value)],
  ['plain', 'a switch', ({ value }) => isSwitch(value)],
  ['plain', 'public by its name', ({ name, words }) => isPublicByName(name, words)],
  ['plain', 'a public key', ({ value }) => isPublicPem(value)],
  ['plain', 'name', isAboutSecret],
  ['secret', 'name', ({ words }) => namesSecret(words)],
  ['secret', 'looks random', ({ value }) => looksRandom(value)],
  ['plain', 'name', ({ words, value }) => namesSetting(words) && isOneShortLine(value)],
]

/** PROXY_USER=user:password. */
function holdsLogin(words: readonly string[], value: string): boolean {
  return /^USER(?:NAME)?S?$/.test(words.at(-1) ?? '') && value.includes(':')
}

/** TOKEN_TTL=15m, KEY_FILE=./key.pem, JWT_ALGORITHM=HS256: the secret itself is elsewhere. */
function isAboutSecret({ words, value }: Subject): boolean {
  const shape = shapeOf(value) ?? (/^[A-Za-z][\w-]{1,24}$/.test(value) ? 'word' : '')
  const aspect = aspectOf(words)
  return aspect !== undefined && !looksRandom(value) && SHAPES_OF[aspect].includes(shape)
}

const SHAPES_OF: Readonly<Record<'amount' | 'place' | 'kind', readonly string[]>> = {
  amount: ['number', 'size or time', 'version'],
  place: ['URL', 'path', 'host'],
  kind: ['word', 'setting'],
}

function isOneShortLine(value: string): boolean {
  return value.length <= 256 && !value.includes('\n')
}
