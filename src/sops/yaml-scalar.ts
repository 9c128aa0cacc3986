import { readFloat, readInt, withSource } from './numbers.ts'
import type { Plain } from './tree.ts'

/**
 * What an unquoted YAML scalar means to sops, whose parser takes more for numbers than YAML 1.2 does:
 * `0777` is octal, `1_000` an int, `2001-12-14` a time. Source: resolve.go of go.yaml.in/yaml/v3.
 */
export function readPlainScalar(source: string): Plain {
  const word = WORDS.get(source)
  if (word) return word
  if (!/^[-+.\d]/.test(source)) return { type: 'str', text: source }
  return readTime(source) ?? readNumber(source) ?? { type: 'str', text: source }
}

const WORDS: ReadonlyMap<string, Plain> = new Map([
  ...spell('True', 'bool', ['true', 'True', 'TRUE']),
  ...spell('False', 'bool', ['false', 'False', 'FALSE']),
  ...spell('', 'null', ['', '~', 'null', 'Null', 'NULL']),
  ...spell('NaN', 'float', ['.nan', '.NaN', '.NAN']),
  ...spell('+Inf', 'float', ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']),
  ...spell('-Inf', 'float', ['-.inf', '-.Inf', '-.INF']),
])

function spell(text: string, type: Plain['type'], words: readonly string[]): [string, Plain][] {
  return words.map(word => [word, { type, text }])
}

function readNumber(source: string): Plain | undefined {
  const digits = source.replaceAll('_', '')
  const plain = readInteger(digits) ?? (FLOAT.test(digits) ? readFloat(digits) : undefined)
  return plain && withSource(plain, source)
}

const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const INTEGER = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/

function readInteger(digits: string): Plain | undefined {
  const [, sign, magnitude] = INTEGER.exec(digits) ?? []
  if (magnitude === undefined) return undefined
  const value = BigInt(magnitude.replace(/^0(?=\d)/, '0o'))
  return readInt(sign === '-' ? -value : value)
}

const TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?))?$/

// RFC 3339 with as many digits of a second as are needed, as Go's Time.MarshalText writes it.
function readTime(source: string): Plain | undefined {
  const match = TIME.exec(source)
  if (!match) return undefined
  const [, year = '', month = '', day = ''] = match
  const [hour = '0', minute = '0', second = '0', fraction = ''] = match[4]
    ? match.slice(4, 8)
    : match.slice(9, 13)
  const zone = (match[8] ?? 'Z').replace(/^[-+]00:00$/, 'Z')
  const [m, d, h, min, s] = [month, day, hour, minute, second].map(part => part.padStart(2, '0'))
  if (!isDate(`${year}-${m}-${d}`) || Number(h) > 23 || Number(min) > 59 || Number(s) > 59) return undefined
  const text = `${year}-${m}-${d}T${h}:${min}:${s}${fraction.replace(/\.?0+$/, '')}${zone}`
  return withSource({ type: 'time', text }, source)
}

function isDate(date: string): boolean {
  const time = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(date)
}
