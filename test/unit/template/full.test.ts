import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { runTemplate } from '../../helpers/run-template.ts'

const text = readFileSync(`${import.meta.dirname}/../../fixtures/templates/full.env.template`, 'utf8')

const setting = {
  inherited: { HOME: '/root', PORT: '8080', SHELL: '/bin/sh' },
  secrets: {
    'ssm:///prod/db/password': 'p@ss/w${PORT}',
    'ssm:///prod/db/password?version=3': 'old',
    'vault://secret/api#keys.main': 'main key',
    'vault://secret/api#tls.key': 'tls key',
    'ssm:///production/key?label=live&region=eu-west-1': 'region key',
    'vault://secret/data/api?api-path=true#keys': '{"main":"main key"}',
    'ssm://arn:aws:ssm:eu-west-1:111122223333:parameter/prod/db/password': 'by arn',
  },
  imports: { 'ssm:///prod/app/': { 'db/host': 'h', port: 'not this' }, 'vault://secret/cache': { url: 'u' } },
}

test('a template with everything in it', () => {
  const { environment, sensitive, problems, warnings } = runTemplate(text, setting)
  expect(problems).toEqual([])
  expect(environment).toEqual({
    NODE_ENV: 'production',
    REGION: 'eu-west-1',
    TITLE: "it''s $literal, ${not} expanded",
    QUOTED: 'two\nlines, a # and a \\"quote\\"',
    BACKTICK: 'it\'s "both"',
    PEM: '-----BEGIN KEY-----\nabc=\n-----END KEY-----',
    YAML_LIKE: 'yes',
    EMPTY: '',
    HOME: '/root',
    PORT: '8080',
    LEVEL: 'production',
    FLAGS: '{"a":{"b":1}}',
    LITERAL: '${PORT} $PORT $$',
    LOUD: 'UFJPRFVDVElPTg==',
    SET: 'port is set',
    PASSWORD: 'p@ss/w${PORT}',
    URL: 'postgres://app:p%40ss%2Fw%24%7BPORT%7D@db:5432/production',
    KEY: 'main key',
    DOTTED: 'tls key',
    IN_PATH: 'region key',
    OLD: 'old',
    FALLBACK: 'none',
    COPY: 'p@ss/w${PORT}',
    VALS: 'p@ss/w${PORT}',
    VALS_INSIDE: 'a main key b',
    VAULT_ENV: '{"main":"main key"}',
    ARN: 'by arn',
    MODE: 'info',
    LICENSE: 'abc',
    DB_HOST: 'h',
    CACHE_URL: 'u',
  })
  expect([...sensitive].sort()).toEqual([
    'ARN',
    'CACHE_URL',
    'COPY',
    'DB_HOST',
    'DOTTED',
    'FALLBACK',
    'IN_PATH',
    'KEY',
    'LICENSE',
    'OLD',
    'PASSWORD',
    'URL',
    'VALS',
    'VALS_INSIDE',
    'VAULT_ENV',
  ])
  expect(warnings).toEqual([
    expect.stringContaining('TITLE: text after the closing quote'),
    expect.stringContaining('QUOTED: the \\ before a double quote stays'),
  ])
})

test('its line ends may be of any kind', () => {
  const { environment } = runTemplate(text, setting)
  expect(runTemplate(text.replaceAll('\n', '\r\n'), setting).environment).toEqual(environment)
  expect(runTemplate(`\ufeff${text.replaceAll('\n', '\r')}`, setting).environment).toEqual(environment)
})
