import { parse } from 'dotenv'
import { classify } from './classify.ts'
import { holdsCredentials, isKeyMaterial, looksRandom } from './values.ts'

/** Stands where a comment had something that must not be committed. */
const LEFT_OUT = '…'

/**
 * A comment of a file that was never committed, without what looks like a secret: the value of one that is
 * commented out, words like keys, and what is sealed elsewhere in the file.
 *
 * @param comment - with its `#`.
 * @param sealed - from `tellingTexts`.
 */
export function cleanComment(comment: string, sealed: readonly string[]): string {
  const [, head = '', name = '', value = ''] = COMMENTED_OUT.exec(comment) ?? []
  if (name !== '' && classify(name, readValue(value)).isSecret) return head
  const [, mark = '', body = ''] = COMMENT.exec(withoutTexts(comment, sealed)) ?? []
  return mark + body.replaceAll(/\S+/g, word => (looksSecret(word) ? LEFT_OUT : word))
}

export function withoutTexts(comment: string, texts: readonly string[]): string {
  const [, mark = '', body = ''] = COMMENT.exec(comment) ?? []
  return mark + texts.reduce((rest, text) => rest.replaceAll(text, LEFT_OUT), body)
}

const COMMENT = /^(\s*#*)(.*)$/

const COMMENTED_OUT = /^(\s*#[#\s]*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=)(.*)$/

function readValue(body: string): string {
  return parse(`VALUE=${body}`).VALUE ?? ''
}

function looksSecret(word: string): boolean {
  return isKeyMaterial(word) || holdsCredentials(word) || looksRandom(word)
}

/**
 * The texts by which sealed values could be told, lines of a longer one each for itself. A short word such as
 * postgres is none: it stands in many places where it tells nothing.
 */
export function tellingTexts(values: readonly string[]): readonly string[] {
  const texts = values.flatMap(value => [value, ...value.split('\n')].map(text => text.trim()))
  return [...new Set(texts)].filter(isTelling).sort((a, b) => b.length - a.length)
}

function isTelling(text: string): boolean {
  if (/^-----(?:BEGIN|END) /.test(text)) return false
  return text.length >= 12 || (text.length >= 6 && !/^(?:[A-Za-z]+|\d+)$/.test(text))
}
