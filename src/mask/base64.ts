/**
 * What base64 makes of a value inside of a longer text: three alignments, as one group of four characters stands for
 * three bytes. Source: RFC 4648, sections 4 and 5.
 */

/** Six bits a character: those that hold bits of the value only, with and without the end of the text after them. */
export function listBase64(text: string): readonly string[] {
  const value = Buffer.from(text)
  return [0, 1, 2].flatMap(before => {
    const encoded = Buffer.concat([Buffer.alloc(before), value]).toString('base64')
    const start = Math.ceil((8 * before) / 6)
    const inner = encoded.slice(start, Math.floor((8 * (before + value.length)) / 6))
    const ended = encoded.slice(start)
    return [inner, ended, ended.replace(/=+$/, '')]
      .flatMap(cut)
      .flatMap(piece => [piece, ...listBreaks(start).map(at => piece.slice(at))])
      .filter(({ length }) => length >= FEWEST_CHARACTERS)
      .flatMap(form => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
  })
}

/** Shorter ones are found by chance. */
const FEWEST_CHARACTERS = 4
/** Pieces of twice that at most, which forms.ts does not cut again. */
const MOST_CHARACTERS = 256

/** In pieces that begin where the first one does within its group of four; the last takes what is left. */
function cut(form: string): readonly string[] {
  const count = Math.max(1, Math.floor(form.length / MOST_CHARACTERS))
  return Array.from({ length: count }, (_, index) => {
    const start = index * MOST_CHARACTERS
    return form.slice(start, index === count - 1 ? undefined : start + MOST_CHARACTERS)
  })
}

/** As far as the first bytes of a form are looked for unbroken: see MOST_WINDOW_BYTES in matcher.ts. */
const UNBROKEN = 8

/** Where a line may end among the first characters, if lines have a multiple of 4 characters: as from 76, or 64. */
function listBreaks(start: number): readonly number[] {
  return [4, 8].map(at => at - start).filter(at => at > 0 && at < UNBROKEN)
}
