/**
 * GitHub Actions: blocks for the file that $GITHUB_ENV names, and the commands that keep values out of logs.
 * Source: actions/runner, FileCommandManager.cs, ActionCommandManager.cs, GitHubContext.cs.
 */
import { type Format, refuseName } from './format.ts'

export const format: Format = {
  writeVariable(name, value) {
    if (name.toUpperCase() === 'NODE_OPTIONS') refuseName('GitHub does not take NODE_OPTIONS from a step')
    if (isSetByRunner(name)) refuseName(`${name} is set by GitHub's runner, over any other value`)
    const delimiter = chooseDelimiter(value)
    return `${name}<<${delimiter}\n${value}\n${delimiter}`
  },
}

/** Whoever knew the delimiter could end the value and set variables of their own. */
function chooseDelimiter(value: string): string {
  const delimiter = `secwrap_${crypto.getRandomValues(new Uint8Array(16)).toHex()}`
  return value.includes(delimiter) ? chooseDelimiter(value) : delimiter
}

function isSetByRunner(name: string): boolean {
  return name.startsWith('RUNNER_') || SET_BY_RUNNER.test(name)
}

/** Not GITHUB_TOKEN, nor names that applications use, such as GITHUB_CLIENT_ID. */
const SET_BY_RUNNER =
  /^GITHUB_(?:ACTION(?:_PATH|_REF|_REPOSITORY|S)?|ACTOR(?:_ID)?|API_URL|BASE_REF|ENV|EVENT_NAME|EVENT_PATH|GRAPHQL_URL|HEAD_REF|JOB|OUTPUT|PATH|REF(?:_NAME|_PROTECTED|_TYPE)?|REPOSITORY(?:_ID|_OWNER|_OWNER_ID)?|RETENTION_DAYS|RUN_ATTEMPT|RUN_ID|RUN_NUMBER|SERVER_URL|SHA|STATE|STEP_SUMMARY|TRIGGERING_ACTOR|WORKFLOW(?:_REF|_SHA)?|WORKSPACE)$/

/**
 * A command for each value and, as programs print them by lines, for each of its lines. Blanks around a line are
 * left out: what is masked without them is masked with them, too. There is none for an empty value.
 */
export function writeMasks(values: readonly string[]): string {
  const texts = values.flatMap(value => [value, ...value.split(/[\r\n]+/)]).map(text => text.trim())
  return [...new Set(texts)]
    .filter(text => text !== '')
    .map(text => `::add-mask::${escapeData(text)}\n`)
    .join('')
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
