/** Template → environment without a store: the secrets are a table. */
import { describe, type SecwrapError } from '../../src/core/errors.ts'
import { Secret } from '../../src/core/secret.ts'
import type { Reference, Resolved, Template, TemplateEntry } from '../../src/core/types.ts'
import { type BuildOptions, buildEnvironment } from '../../src/environment/build.ts'
import { referencesIn } from '../../src/resolve/plan.ts'
import { loadTemplate, type TemplateRequest } from '../../src/template/load.ts'
import { createFolder } from './temporary-folder.ts'

export interface Setting
  extends Partial<TemplateRequest>,
    Partial<Omit<BuildOptions, 'preferEnv' | 'inherited'>> {
  /** `ssm:///db#password` or `ssm:///db` → value. What is not in it does not exist. */
  readonly secrets?: Readonly<Record<string, string>>
  /** uri of a wildcard's reference → relative name → value. */
  readonly imports?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** raw reference → why it is absent; other codes than NOT_FOUND are problems that the resolver tells. */
  readonly absent?: Readonly<Record<string, SecwrapError>>
}

export interface Outcome {
  readonly template: Template
  readonly resolved: Resolved
  readonly environment: Readonly<Record<string, string>>
  readonly sensitive: readonly string[]
  readonly problems: readonly string[] // as `file:line: NAME: text [CODE]`, the folder left out
  readonly hints: readonly (string | undefined)[]
  readonly warnings: readonly string[]
  readonly reads: readonly string[] // uris and keys that a store would be asked for, each once
}

/** Runs one template, or several files in the order of their names' listing. */
export function runTemplate(
  files: string | Readonly<Record<string, string>>,
  setting: Setting = {},
): Outcome {
  using folder = createFolder()
  const texts = typeof files === 'string' ? { '.env.template': files } : files
  const paths = Object.entries(texts).map(([name, text]) => folder.write(name, text))
  const { inherited = {}, preferEnv = [], templates = paths } = setting
  const template = loadTemplate({
    ...setting,
    inherited,
    preferEnv,
    templates: templates.map(path =>
      path.startsWith('/') || path === '-' ? path : `${folder.path}/${path}`,
    ),
  })
  const resolved = resolveFrom(template.entries, setting)
  const { pristine = true, keep = [], withhold = new Set<string>() } = setting
  const built = buildEnvironment(template, resolved, { inherited, pristine, keep, preferEnv, withhold })
  const problems = [...template.problems, ...built.problems]
  const local = (text: string) => text.replaceAll(`${folder.path}/`, '')
  return {
    template,
    resolved,
    environment: { ...built.environment },
    sensitive: built.sensitive,
    problems: problems.map(problem => local(describe(problem))),
    hints: problems.map(({ details }) => details.hint),
    warnings: template.warnings.map(local),
    reads: [...new Set(template.entries.flatMap(({ parts }) => [...referencesIn(parts)].map(nameOf)))].map(
      local,
    ),
  }
}

function resolveFrom(
  entries: readonly TemplateEntry[],
  { secrets = {}, imports = {}, absent = {} }: Setting,
): Resolved {
  const found = new Map<Reference, Secret>()
  const missing = new Map<Reference, SecwrapError>()
  for (const entry of entries) {
    for (const reference of referencesIn(entry.parts)) {
      const value = secrets[nameOf(reference)]
      const reason = absent[reference.raw]
      if (value !== undefined) found.set(reference, new Secret(value))
      if (reason) missing.set(reference, reason.code === 'NOT_FOUND' ? reason : reason.at(entry))
    }
  }
  const imported = entries
    .filter(({ wildcard }) => wildcard)
    .map(entry => {
      const [reference] = referencesIn(entry.parts)
      const values = Object.entries(imports[reference?.id.uri ?? ''] ?? {})
      return [entry, new Map(values.map(([name, value]) => [name, new Secret(value)]))] as const
    })
  return {
    secrets: found,
    missing,
    imports: new Map(imported),
    problems: [...missing.values()].filter(({ code }) => code !== 'NOT_FOUND'),
  }
}

function nameOf({ id, key }: Reference): string {
  return key ? `${id.uri}#${key.join('.')}` : id.uri
}
