/** What a Dockerfile says about the start of its image, so that a test without an image starts the same. */
import { readFileSync } from 'node:fs'
import type { ImageConfig, Mount } from './container.ts'

interface Instruction {
  readonly name: string // FROM
  readonly rest: string
}

interface Stage {
  readonly name: string // of `AS name`; the number of the stage if it has none
  readonly from: string
  readonly instructions: readonly Instruction[]
}

export interface DockerImage {
  readonly config: ImageConfig
  /** What is copied from the build context into any stage, where it is in this one. */
  readonly files: readonly Mount[]
}

/** The image of a stage, the last if none is named. `context` is the folder of the build, with a `/` at the end. */
export function readDockerfile(path: string, context: string, target?: string): DockerImage {
  const stages = stagesOf(instructionsOf(readFileSync(path, 'utf8')))
  const stage = target === undefined ? stages.at(-1) : stages.find(({ name }) => name === target)
  if (!stage) throw new Error(`${path}: no stage ${target}`)
  const last = (name: string) => stage.instructions.findLast(each => each.name === name)?.rest
  const words = (name: string) => JSON.parse(last(name) ?? '[]') as string[]
  const folder = last('WORKDIR') ?? '/'
  const copies = stages.flatMap(({ instructions }) => instructions.filter(({ name }) => name === 'COPY'))
  return {
    config: {
      entryPoint: words('ENTRYPOINT'),
      command: words('CMD'),
      user: Number((last('USER') ?? '0').split(':')[0]),
      folder,
    },
    files: copies.flatMap(({ rest }) => filesOf(rest, context, folder)),
  }
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.replace(/\\\n/g, ' ').split('\n')
  return lines.flatMap(line => {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? []
    return name === '' ? [] : [{ name, rest }]
  })
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []))
  return starts.map((start, index) => {
    const [from = '', , name = String(index)] = (instructions[start]?.rest ?? '').split(' ')
    return { name, from, instructions: instructions.slice(start + 1, starts[index + 1]) }
  })
}

/** `COPY a b ./`, `COPY secwrap /usr/local/bin/secwrap`; nothing for `COPY --from`. secwrap itself is there already. */
function filesOf(rest: string, context: string, folder: string): readonly Mount[] {
  const words = rest.split(' ')
  const to = words.pop() ?? ''
  const sources = words.filter(word => word !== 'secwrap')
  if (rest.startsWith('--from')) return []
  return sources.map(source => ({
    source: `${context}${source}`,
    target: to.endsWith('/') ? `${folder}/${source}` : to,
  }))
}
