import { SecwrapError } from '../core/errors.ts'
import { SCHEMES } from './schemes.ts'
import { isPlain } from './source.ts'
import { encodePercent } from './uri.ts'

export interface PathContext {
  readonly folder: string // of the template, relative to the working folder or absolute; '' is that folder
  readonly wildcard?: boolean // the path may end in `/`
}

/**
 * The path of a reference, checked and, for a file, absolute.
 *
 * @throws SecwrapError BAD_TEMPLATE for what no store could mean by it.
 */
export function readPath(scheme: string, path: string, context: PathContext): string {
  if (SCHEMES[scheme]?.path === 'file') return readFilePath(scheme, path, context)
  checkSegments(path.startsWith('/') ? path.slice(1) : path, context)
  CHECKS[scheme]?.(path, context)
  return path
}

/** The path as a URI shows it: what would end it is encoded again. */
export function encodePath(path: string): string {
  return isPlain(path) && !path.includes('#') ? path : path.replace(/[%?#\s]/g, encodePercent)
}

function readFilePath(scheme: string, path: string, { folder, wildcard }: PathContext): string {
  const relative = path.startsWith('./')
  if (!relative && !path.startsWith('/')) {
    const meant = path.startsWith('../') ? `${scheme}:///absolute/path` : `${scheme}://./${encodePath(path)}`
    throw bad(`the path begins with neither / nor ./`, meant)
  }
  checkSegments(path.slice(relative ? 2 : 1), wildcard ? { wildcard } : {})
  return relative ? `${absolute(folder)}${path.slice(2)}` : path
}

function absolute(folder: string): string {
  const from = folder.startsWith('/') ? folder : `${process.cwd()}/${folder}`
  return from.endsWith('/') ? from : `${from}/`
}

// An empty segment, `.` or `..`: in most paths there is none, and no list of segments to make.
function isSuspicious(path: string): boolean {
  return (
    path === '' ||
    path.startsWith('/') ||
    path.endsWith('/') ||
    path.endsWith('.') ||
    path.includes('//') ||
    path.includes('./')
  )
}

function checkSegments(path: string, { wildcard = false }: { wildcard?: boolean }): void {
  if (!isSuspicious(path) || (wildcard && path === '')) return
  const segments = path.split('/')
  const isPrefix = segments.length > 1 && segments.at(-1) === ''
  if (isPrefix) segments.pop()
  const wrong = segments.find(segment => segment === '' || segment === '.' || segment === '..')
  if (path === '') throw bad('the path is empty')
  if (wrong === '') throw bad('the path has an empty segment')
  if (wrong !== undefined) throw bad(`the path has a segment ${wrong}`)
  if (isPrefix && !wildcard) {
    throw bad('the path ends in /, which is for wildcards only', '*=… or PREFIX_*=…')
  }
}

const CHECKS: Readonly<Record<string, (path: string, context: PathContext) => void>> = {
  ssm: path => {
    if (path.startsWith('arn:')) return
    if (path.includes('/') && !path.startsWith('/'))
      throw bad('a parameter with / in its name begins with /', `ssm:///${path}`)
    if (path.includes(':')) throw bad('a parameter has no : in its name', '?version=3 or ?label=live')
  },
  vault: path => {
    if (path.startsWith('/')) throw bad('a vault path begins with the name of its mount', `vault:/${path}`)
  },
  azurekv: (path, { wildcard }) => {
    if (!/^[^/]+\/[^/]+$/.test(path) && !(wildcard && /^[^/]+\/$/.test(path)))
      throw bad('the path is not a vault and a name', 'azurekv://my-vault/name')
  },
}

function bad(message: string, hint?: string): SecwrapError {
  return new SecwrapError('BAD_TEMPLATE', message, hint === undefined ? {} : { hint })
}
