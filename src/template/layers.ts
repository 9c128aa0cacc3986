import { asSecwrapError, SecwrapError } from '../core/errors.ts'
import { parseTemplate } from './parse.ts'
import { readTemplate } from './read.ts'
import type { Findings, Statement } from './syntax.ts'

/** The statements of one file or flag; names of a later layer win. */
export interface Layer {
  readonly statements: readonly Statement[]
  readonly folder: string // what file://./x is beside
}

interface LayerRequest {
  readonly templates: readonly string[]
  readonly environment?: string
  readonly from?: readonly string[]
  readonly fromEnv?: boolean
}

const DEFAULT_TEMPLATE = '.env.template'

/** Reads every template there is to read, in order; what can't be read goes to the problems. */
export function readLayers(request: LayerRequest, findings: Findings): readonly Layer[] {
  const { environment, from = [], fromEnv = false } = request
  const isOptional = request.templates.length === 0 && (from.length > 0 || fromEnv)
  const paths = request.templates.length > 0 ? request.templates : [DEFAULT_TEMPLATE]
  const wrongUsage = checkUsage(paths, environment)
  if (wrongUsage) {
    findings.problems.push(wrongUsage)
    return []
  }
  const layers: Layer[] = []
  let overlays = 0
  for (const path of paths) {
    const layer = readLayer(path, findings)
    if (layer) layers.push(layer)
    else if (!isOptional) findings.problems.push(missing(path))
    const overlay = environment === undefined ? undefined : readOverlay(path, environment, findings)
    if (overlay) layers.push(overlay)
    if (overlay) overlays++
  }
  if (environment !== undefined && overlays === 0) findings.problems.push(noOverlay(paths, environment))
  return layers
}

function checkUsage(paths: readonly string[], environment: string | undefined): SecwrapError | undefined {
  if (environment !== undefined && !/^[\w.-]+$/.test(environment)) {
    return new SecwrapError('BAD_USAGE', '--environment takes letters, digits, _, . and - only')
  }
  if (paths.indexOf('-') === paths.lastIndexOf('-')) return undefined
  return new SecwrapError(
    'BAD_USAGE',
    'standard input can be read only once, but --template - is given twice',
  )
}

function readOverlay(path: string, environment: string, findings: Findings): Layer | undefined {
  const overlay = overlayOf(path, environment)
  return overlay === undefined ? undefined : readLayer(overlay, findings)
}

/** `conf/.env.template` has `conf/.env.prod.template` beside it. */
function overlayOf(path: string, environment: string): string | undefined {
  if (!path.endsWith(DEFAULT_TEMPLATE)) return undefined
  return `${path.slice(0, -'template'.length)}${environment}.template`
}

function readLayer(path: string, findings: Findings): Layer | undefined {
  const file = path === '-' ? '<stdin>' : path
  try {
    const text = readTemplate(path)
    if (text === undefined) return undefined
    return { statements: parseTemplate(text, file, findings), folder: folderOf(path) }
  } catch (error) {
    findings.problems.push(asSecwrapError(error).at({ file, line: 0, name: '' }))
    return { statements: [], folder: '' }
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

function missing(path: string): SecwrapError {
  return new SecwrapError('NOT_FOUND', 'the template does not exist', {
    hint: path === DEFAULT_TEMPLATE ? 'secwrap init' : '--template FILE',
    place: { file: path, line: 0, name: '' },
  })
}

function noOverlay(paths: readonly string[], environment: string): SecwrapError {
  const overlays = paths.map(path => overlayOf(path, environment)).filter(path => path !== undefined)
  const fact = overlays.length > 0 ? `${overlays.join(' and ')} not found` : 'no .env.template to add to'
  return new SecwrapError('NOT_FOUND', `no template for the environment ${environment}: ${fact}`)
}
