import type { Plain } from './tree.ts'

const INT64_MAX = 2n ** 63n - 1n
const INT64_MIN = -(2n ** 63n)

/** A number of a JSON file, as sops reads it: an int where 64 bits hold it, else a float. */
export function readJsonNumber(source: string): Plain {
  const plain = /^-?\d+$/.test(source) && source !== '-0' ? readInt(BigInt(source)) : undefined
  return withSource(plain ?? readFloat(source), source)
}

/** Undefined where 64 bits do not hold it. */
export function readInt(value: bigint): Plain | undefined {
  if (value > INT64_MAX || value < INT64_MIN) return undefined
  return { type: 'int', text: String(value) }
}

export function readFloat(source: string): Plain {
  return { type: 'float', text: formatFloat(Number(source)) }
}

export function withSource(plain: Plain, source: string): Plain {
  return plain.text === source ? plain : { ...plain, source }
}

/**
 * A float with the fewest digits that give it back, without an exponent: 1e21 is 1000000000000000000000.
 * Source: strconv.FormatFloat(x, 'f', -1, 64), which sops uses.
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (Object.is(value, -0)) return '-0'
  const [mantissa = '', exponent] = String(value).split('e')
  return exponent === undefined ? mantissa : shiftPoint(mantissa, Number(exponent))
}

function shiftPoint(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = whole + fraction
  const point = whole.length + exponent
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + digits.padEnd(point, '0')
}
