/** Percent-encoding: programs differ in what they leave as it is, in the case of the digits, and in the space. */

/** Source: RFC 3986, section 2.3. */
const UNRESERVED = 'A-Za-z0-9\\-._~'

/** What is left as it is. */
const KEEPING = [
  UNRESERVED,
  `${UNRESERVED}/`, // Python's urllib.parse.quote
  `${UNRESERVED}!'()*`, // JavaScript's encodeURIComponent
  `${UNRESERVED}!'()*;/?:@&=+$,#`, // and its encodeURI
  'A-Za-z0-9\\-._*', // forms: application/x-www-form-urlencoded of the URL standard
  'A-Za-z0-9\\-._~$+!*(),', // Go's url.PathEscape, and its like
].map(kept => new RegExp(`[^${kept}]`, 'gu'))

export function listUrlEncoded(text: string): readonly string[] {
  if (/^[A-Za-z0-9]*$/.test(text)) return []
  return KEEPING.flatMap(others => {
    const upper = text.replace(others, encode)
    const lower = upper.replace(/%../g, code => code.toLowerCase())
    return [upper, lower, ...[upper, lower].map(form => form.replaceAll('%20', '+'))]
  })
}

function encode(character: string): string {
  return Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '%$&')
}
