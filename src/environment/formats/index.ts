import type { Format } from './format.ts'

/** The format table: what `--format` takes. A format's file is loaded when it is asked for, and only then. */
export const FORMATS = {
  dotenv: () => import('./dotenv.ts'),
  docker: () => import('./docker.ts'),
  json: () => import('./json.ts'),
  yaml: () => import('./yaml.ts'),
  shell: () => import('./shell.ts'),
  fish: () => import('./fish.ts'),
  powershell: () => import('./powershell.ts'),
  github: () => import('./github.ts'),
  gitlab: () => import('./gitlab.ts'),
  kubernetes: () => import('./kubernetes.ts'),
  systemd: () => import('./systemd.ts'),
  tfvars: () => import('./tfvars.ts'),
  properties: () => import('./properties.ts'),
} as const satisfies Readonly<Record<string, () => Promise<{ readonly format: Format }>>>

export type FormatName = keyof typeof FORMATS
