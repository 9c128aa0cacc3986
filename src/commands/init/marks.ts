/** Decorators of a comment that dotenv never saw. */
import { SecwrapError } from '../../core/errors.ts'
import { checkType } from '../../environment/types.ts'
import { parseDecorators } from '../../template/decorators.ts'
import type { DotenvFile } from './dotenv.ts'

/** `@sensitive` (true) and `@public` (false), by name. */
export function marksOf({ comments }: DotenvFile): ReadonlyMap<string, boolean> {
  const marks = new Map<string, boolean>()
  for (const [name, lines] of comments) {
    for (const line of lines) {
      const [, mark, isOff] = MARK.exec(line) ?? []
      if (mark !== undefined) marks.set(name, (mark === 'sensitive') === (isOff === undefined))
    }
  }
  return marks
}

const MARK = /^\s*#\s*@(?:.*\s@)?(sensitive|public)(=false)?(?:\s|$)/

/** Whether a template can have them above an entry of this value. */
export function fitsDecorators(comments: readonly string[], value: string): boolean {
  try {
    const { type, required } = parseDecorators(comments.map(comment => comment.trimStart().slice(1)))
    if (type && value !== '') checkType(type, value)
    return !required || value !== ''
  } catch (error) {
    if (error instanceof SecwrapError) return false
    throw error
  }
}
