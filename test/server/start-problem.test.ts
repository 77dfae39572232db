import { expect, it } from 'vitest'
import { DatabaseUnfit } from '../../src/database/database-unfit.js'
import { DirectoryInUse } from '../../src/machine/directory-lock.js'
import { startProblem } from '../../src/server/start-problem.js'

const EMBEDDED = { host: '127.0.0.1', port: 4000, databaseUrl: null, dataDirectory: '.data' }
const POSTGRES = { ...EMBEDDED, databaseUrl: 'postgresql://baton:hunter2@db:5433/app' }

const failure = (code: string, more: object = {}): Error =>
  Object.assign(new Error('As the system says it'), { code, ...more })

it.each([
  [failure('EADDRINUSE', { syscall: 'listen' }), 'Another program listens on 127.0.0.1:4000 already.'],
  [failure('EACCES', { syscall: 'listen' }), 'This user may not listen on 127.0.0.1:4000.'],
  [failure('EADDRNOTAVAIL', { syscall: 'listen' }), 'This machine has no address 127.0.0.1.'],
  [failure('EAFNOSUPPORT', { syscall: 'listen' }), 'Cannot listen on 127.0.0.1:4000 (EAFNOSUPPORT).'],
  [new DatabaseUnfit((database) => `${database} is unfit.`), 'the database in .data is unfit.'],
  [new DirectoryInUse('.data'), 'Another Baton process has the data directory .data open.'],
  [failure('EACCES', { syscall: 'mkdir' }), 'The data directory .data cannot be written to (EACCES).'],
  [failure('ENOENT', { syscall: 'mkdir' }), 'The data directory .data cannot be created there.'],
  [failure('EROFS', { syscall: 'mkdir' }), 'The data directory .data cannot be written to (EROFS).'],
  [failure('EEXIST', { syscall: 'mkdir' }), '.data is not a directory.'],
  [failure('ENOSPC', { syscall: 'write' }), 'There is no space left for the data directory .data.'],
])('on the embedded database: %s', (error, sentence) => {
  expect(startProblem(error, EMBEDDED)).toContain(sentence)
})

it.each([
  [failure('ECONNREFUSED', { syscall: 'connect' }), 'PostgreSQL at db:5433/app cannot be reached (ECONNREFUSED).'],
  [failure('ENOTFOUND', { syscall: 'getaddrinfo' }), 'PostgreSQL at db:5433/app cannot be reached (ENOTFOUND).'],
  [new Error('timeout expired'), 'PostgreSQL at db:5433/app cannot be reached (it does not answer).'],
  [
    new Error('Connection terminated unexpectedly'),
    'PostgreSQL at db:5433/app cannot be reached (it does not answer).',
  ],
  [failure('57P03'), 'PostgreSQL at db:5433/app cannot be reached (it is starting up or shutting down).'],
  [failure('28P01'), 'PostgreSQL at db:5433/app refuses the user or password of DATABASE_URL.'],
  [failure('3D000'), 'PostgreSQL at db:5433/app has no such database.'],
  [failure('42501'), 'The user of DATABASE_URL may not create tables in db:5433/app.'],
  [failure('42P07'), 'Another application has tables with the same names in db:5433/app.'],
  [new DatabaseUnfit((database) => `No schema at ${database}.`), 'No schema at db:5433/app.'],
  [failure('53300'), 'PostgreSQL at db:5433/app has no connection left for this role. Raise max_connections'],
  [failure('25006'), 'PostgreSQL at db:5433/app is read-only. Let DATABASE_URL name the primary'],
  [failure('EADDRINUSE', { syscall: 'listen' }), 'Another program listens on 127.0.0.1:4000 already.'],
])('on PostgreSQL: %s', (error, sentence) => {
  const problem = startProblem(error, POSTGRES)
  expect(problem).toContain(sentence)
  expect(problem).not.toContain('hunter2')
})

it.each([
  [new Error('Migration 1 was changed'), EMBEDDED],
  [new Error('Migration 1 was changed'), POSTGRES],
  [failure('42P01'), POSTGRES],
  [failure('ENOENT', { syscall: 'open' }), EMBEDDED],
  ['a string', POSTGRES],
])('an unforeseen error gets no explanation: %s', (error, where) => {
  expect(startProblem(error, where)).toBeNull()
})
