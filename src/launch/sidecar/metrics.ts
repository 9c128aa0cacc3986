/** A sidecar in the words of Prometheus. Labels are references without what stands in their queries, never a value. */
import { Counter, Gauge, Registry } from 'prom-client'
import type { Answer } from './listener.ts'
import type { Standing, Tally } from './standing.ts'

/** @returns what answers a scrape. */
export function createMetrics(standing: Standing): () => Promise<Answer> {
  const registry = new Registry()
  addSecrets(registry, standing)
  addLooks(registry, standing)
  addActions(registry, standing)
  return async () => ({ status: 200, type: registry.contentType, text: await registry.metrics() })
}

/** `ssm:///db?region=eu-west-1&version=3#user` → `ssm:///db?region&version#user` */
export function labelOf(name: string): string {
  return name.replace(/\?[^#\s]*/, query => query.replace(/=[^&]*/g, ''))
}

function addSecrets(registry: Registry, standing: Standing): void {
  addGauge(registry, 'secret_age_seconds', 'For how long a secret has been as it is', ['secret'], gauge => {
    for (const [name, since] of standing.secrets) {
      gauge.set({ secret: labelOf(name) }, Math.max(0, standing.now() - since) / 1_000)
    }
  })
  addGauge(registry, 'secret_expiry_timestamp_seconds', 'When a secret ends', ['secret'], gauge => {
    for (const [name, end] of standing.ends) gauge.set({ secret: labelOf(name) }, end / 1_000)
  })
}

function addLooks(registry: Registry, standing: Standing): void {
  const { looks } = standing
  addGauge(
    registry,
    'last_success_timestamp_seconds',
    'When all files were last current; 0: never',
    [],
    gauge => gauge.set((standing.lastSuccess ?? 0) / 1_000),
  )
  addGauge(registry, 'ready', 'What /readyz says', [], gauge => gauge.set(standing.isReady() ? 1 : 0))
  addCounter(registry, 'looks_total', 'Looks at the stores', ['result'], counter => count(counter, {}, looks))
  addCounter(registry, 'file_updates_total', 'Files written', [], counter => counter.inc(standing.updates))
  addCounter(registry, 'store_requests_total', 'Requests to the stores', [], counter =>
    counter.inc(standing.requests),
  )
}

function addActions(registry: Registry, { acts }: Standing): void {
  addCounter(registry, 'actions_total', 'Programs run and signals sent', ['action', 'result'], counter => {
    for (const [action, tally] of Object.entries(acts)) count(counter, { action }, tally)
  })
}

function count(counter: Counter, labels: Readonly<Record<string, string>>, tally: Tally): void {
  for (const [result, times] of Object.entries(tally)) counter.inc({ ...labels, result }, times)
}

/** Filled anew for each scrape. */
function addGauge(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  fill: (gauge: Gauge) => void,
): void {
  const gauge: Gauge = new Gauge({ name: `secwrap_${name}`, help, labelNames, registers: [], collect })
  function collect() {
    gauge.reset()
    fill(gauge)
  }
  registry.registerMetric(gauge)
}

function addCounter(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  fill: (counter: Counter) => void,
): void {
  const counter: Counter = new Counter({ name: `secwrap_${name}`, help, labelNames, registers: [], collect })
  function collect() {
    counter.reset()
    fill(counter)
  }
  registry.registerMetric(counter)
}
