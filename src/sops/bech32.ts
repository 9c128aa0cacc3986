/** Bech32, in which age writes keys: a name, `1`, and digits of five bits, the last six a checksum. Source: BIP 173. */
const DIGITS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]
const CHECKSUM_DIGITS = 6

/** The bytes of a key; undefined where a letter is wrong. */
export function decodeBech32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const lower = text.toLowerCase()
  const one = lower.lastIndexOf('1')
  const digits = [...lower.slice(one + 1)].map(digit => DIGITS.indexOf(digit))
  if (digits.includes(-1) || checksum([...expand(lower.slice(0, one)), ...digits]) !== 1) return undefined
  return toBytes(digits.slice(0, -CHECKSUM_DIGITS))
}

function expand(name: string): readonly number[] {
  const codes = [...name].map(character => character.charCodeAt(0))
  return [...codes.map(code => code >> 5), 0, ...codes.map(code => code & 31)]
}

function checksum(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const next = ((sum & 0x1ffffff) << 5) ^ value
    return GENERATOR.reduce((result, term, bit) => ((sum >> (25 + bit)) & 1 ? result ^ term : result), next)
  }, 1)
}

function toBytes(digits: readonly number[]): Uint8Array<ArrayBuffer> {
  const bits = digits.map(digit => digit.toString(2).padStart(5, '0')).join('')
  const count = Math.floor(bits.length / 8)
  return Uint8Array.from({ length: count }, (_, index) =>
    Number.parseInt(bits.slice(8 * index, 8 * index + 8), 2),
  )
}
