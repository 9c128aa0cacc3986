import { SecwrapError } from '../core/errors.ts'
import { openFiles } from '../core/files.ts'

/** Where a command is looked for when there is no PATH at all. Source: execvp(3). */
const DEFAULT_PATH = '/bin:/usr/bin'

/**
 * The file that a shell would run for this name: itself if it has a slash, else the first executable
 * file of that name in the folders of PATH, where an empty folder is the current one.
 * Source: POSIX, 2.9.1.4 (Command Search and Execution).
 *
 * @throws SecwrapError NO_COMMAND, or NOT_EXECUTABLE where only files that may not run were found.
 */
export function findCommand(name: string, path: string = DEFAULT_PATH): string {
  const hasSlash = name.includes('/')
  let refused: SecwrapError | undefined
  for (const file of hasSlash ? [name] : listCandidates(name, path)) {
    const finding = inspect(file)
    if (finding === 'executable') return file
    if (finding === 'denied') refused ??= denied(file)
    // The search skips a folder that happens to have the name; a path that leads to one is a mistake.
    if (finding === 'folder' && hasSlash) refused = isFolder(file)
  }
  throw refused ?? notFound(name, hasSlash)
}

function listCandidates(name: string, path: string): readonly string[] {
  const candidates: string[] = []
  if (name === '') return candidates
  for (const folder of path.split(':')) candidates.push(`${folder || '.'}/${name}`)
  return candidates
}

function inspect(file: string): 'executable' | 'denied' | 'folder' | 'absent' {
  const files = openFiles()
  try {
    const status = files.status(file)
    if (!status) return 'absent'
    if (status.kind === 'folder') return 'folder'
    files.checkExecutable(file)
    return status.kind === 'file' ? 'executable' : 'denied'
  } catch {
    return 'denied' // not executable, no permission to search its folder, a loop of links, a name too long
  }
}

function denied(file: string): SecwrapError {
  return new SecwrapError('NOT_EXECUTABLE', `${file} may not be executed`, { hint: `chmod +x ${file}` })
}

function isFolder(file: string): SecwrapError {
  return new SecwrapError('NOT_EXECUTABLE', `${file} is a folder`, { hint: `ls ${file}` })
}

function notFound(name: string, hasSlash: boolean): SecwrapError {
  return new SecwrapError('NO_COMMAND', `command not found: ${name}`, {
    hint: hasSlash ? `ls -l ${name}` : 'no folder of PATH has it: install it, or give its path',
  })
}
