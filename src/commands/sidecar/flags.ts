import { type Flag, WATCH_FLAGS } from '../flags.ts'

/** Of `render`, which stays with --watch. */
export const SIDECAR_FLAGS: readonly Flag[] = [
  {
    name: 'watch',
    type: 'boolean',
    default: false,
    group: 'Watching',
    describe: 'Stay, look for changed secrets, and write the files anew',
  },
  ...WATCH_FLAGS.filter(({ name }) => ['interval', 'debounce', 'splay'].includes(name)),
  {
    name: 'run',
    type: 'string',
    argument: 'COMMAND',
    group: 'Watching',
    describe: 'Program to run when files have changed, without a shell',
  },
  {
    name: 'run-timeout',
    type: 'number',
    argument: 'SECONDS',
    default: 30,
    group: 'Watching',
    describe: 'Time for it to end, then it is ended',
  },
  {
    name: 'signal',
    type: 'string',
    argument: 'NAME',
    group: 'Watching',
    describe: 'What to send to the process of --pid-file when files have changed',
  },
  {
    name: 'pid-file',
    type: 'string',
    argument: 'FILE',
    group: 'Watching',
    describe: 'Where the process id is, read each time',
  },
  {
    name: 'listen',
    type: 'string',
    argument: 'ADDRESS',
    group: 'Watching',
    describe: 'Serve /healthz, /readyz and /metrics on HOST:PORT or unix:/PATH',
  },
  {
    name: 'stale-after',
    type: 'number',
    argument: 'SECONDS',
    default: 0,
    group: 'Watching',
    describe: 'Not ready once no look has worked for so long; 0 is never',
  },
  {
    name: 'wait',
    type: 'boolean',
    default: false,
    group: 'Watching',
    describe: 'Wait for a store that is away at the start, instead of ending',
  },
]
