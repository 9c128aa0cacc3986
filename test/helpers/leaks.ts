/** Looks for planted values in everything that a test let out: plain, and in the encodings that logs and errors use. */

/** Shorter values are found by chance, so a test must not plant them. */
const SHORTEST = 8

/** The forms of `values` that are in `output`, as `encoding of value 1`; never the value itself. */
export function findLeaks(values: readonly string[], output: string | Uint8Array): string[] {
  const text = typeof output === 'string' ? output : Buffer.from(output).toString('latin1')
  const isBytes = typeof output !== 'string'
  return values.flatMap((value, index) => {
    if (value.length < SHORTEST) throw new RangeError(`planted value ${index + 1} is too short to search for`)
    return formsOf(value)
      .filter(([, form]) => text.includes(isBytes ? Buffer.from(form).toString('latin1') : form))
      .map(([encoding]) => `${encoding} of value ${index + 1}`)
  })
}

function formsOf(value: string): [encoding: string, form: string][] {
  const hex = Buffer.from(value).toString('hex')
  return [
    ['plain', value],
    ['reversed', [...value].reverse().join('')],
    ['JSON', JSON.stringify(value).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ['URL', encodeURIComponent(value)],
    ['URL, lower case', encodeURIComponent(value).replace(/%../g, code => code.toLowerCase())],
    ['form', new URLSearchParams({ v: value }).toString().slice(2)],
    ['HTML', value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')],
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ...[0, 1, 2].flatMap(shift => base64Forms(value, shift)),
  ]
}

/** Base64 of a longer text that holds the value: what stays the same whatever stands before and after it. */
function base64Forms(value: string, shift: number): [string, string][] {
  const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)])
  // The first and the last group also hold bits of the neighbours.
  const inner = bytes.toString('base64').slice(shift === 0 ? 0 : 4, Math.floor(bytes.length / 3) * 4)
  const urlSafe = inner.replaceAll('+', '-').replaceAll('/', '_')
  return [
    [`base64+${shift}`, inner],
    [`base64url+${shift}`, urlSafe],
  ]
}
