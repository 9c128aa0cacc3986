/**
 * What a job gets of a dotenv report. Written after gitlab, parse_dotenv_artifact_service.rb and
 * variables/collection.rb (sort_and_expand_all, keep_undefined), then gitlab-runner, JobVariables.Expand.
 */
import type { Variables } from './variables.ts'

/** Variables that GitLab itself defines. */
const PREDEFINED = { CI: 'true', CI_JOB_ID: '1', x: 'expanded' }

/** @throws Error where GitLab refuses the report. */
export function readReport(text: string): Variables {
  const pairs = text
    .split(/(?<=\n)/)
    .filter(Boolean)
    .map(readLine)
  const values = new Map([...Object.entries(PREDEFINED), ...pairs])
  const sent = pairs.map(([name, value]) => [name, expandOnServer(value, values)] as const)
  return sent.map(([name, value]) => [name, expandOnRunner(value, values)])
}

function readLine(line: string): [string, string] {
  const [, name, value] = /^([^\n]*?)=([^\n]*)\n?$/.exec(line) ?? []
  if (name === undefined || value === undefined) throw new Error('Invalid Format')
  return [strip(name), strip(value)]
}

/** Ruby's. */
function strip(text: string): string {
  return text.replace(/^[\t\n\v\f\r ]+|[\t\n\v\f\r \0]+$/g, '')
}

function expandOnServer(text: string, values: ReadonlyMap<string, string>): string {
  const reference = /\$\$|%%|\$([a-zA-Z_]\w*)|\$\{([a-zA-Z_]\w*)\}|%([a-zA-Z_]\w*)%/g
  return text.replace(reference, (match, ...names: (string | undefined)[]) => {
    const name = names.slice(0, 3).find(each => each !== undefined)
    return name === undefined ? match : (values.get(name) ?? match)
  })
}

/** Go's os.Expand. */
function expandOnRunner(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$(?:\{([^}]*)\}|([$*#@!?0-9-])|(\w+))/g, (_, inBraces, special, plain) =>
    special === '$' ? '$' : (values.get(inBraces ?? plain ?? '') ?? ''),
  )
}
