import { expect, it } from 'vitest'
import { describePostgres } from '../support/test-database.js'
import { tellEveryShape } from './every-shape.js'
import { importInto, offersOf } from './imported.js'
import type { Offer } from './imported.js'
import { DIFFERENCES, EVIDENCE, LOOK_UPS, TURNS } from './own-look-ups.js'
import { SourceDatabase } from './source-database.js'

const keyOf = ({ place, runtime }: Offer) => `${place} on ${runtime}`
const bySession = (offers: readonly Offer[]) => new Map(offers.map((offer) => [keyOf(offer), offer.session]))

describePostgres('of every shape of a conversation, on every runtime', (open) => {
  it('the next claim gets the session that the source would resume, except for named differences, and never across runtimes', async () => {
    const source = await SourceDatabase.create(await open(), 'NEW')
    const shapes = await tellEveryShape(source)
    const database = await open()
    const imported = await importInto(database, source)
    expect(imported.summary.conversations).toMatchObject({ found: shapes.size, imported: shapes.size })

    await source.run(TURNS)
    const evidence = new Set((await source.rows<Offer>(EVIDENCE)).map((one) => `${keyOf(one)}: ${one.session ?? ''}`))
    let own = bySession(await source.rows<Offer>(LOOK_UPS))
    const runtimes = await source.rows<{ id: string }>('SELECT id::text FROM agent_runtime')
    const offers = await offersOf(
      database,
      imported,
      runtimes.map(({ id }) => id),
    )
    expect(offers).toHaveLength(own.size)

    const crossRuntime = offers.filter((one) => one.session !== null && !evidence.has(`${keyOf(one)}: ${one.session}`))
    expect(crossRuntime.map((one) => [shapes.get(one.place), one.session])).toEqual([])

    const differs = () => offers.filter((one) => own.get(keyOf(one)) !== one.session)
    const same = offers.length - differs().length
    const named: Record<string, number> = {}
    for (const { name, sql } of DIFFERENCES) {
      await source.run(sql)
      const next = bySession(await source.rows<Offer>(LOOK_UPS))
      named[name] = [...next].filter(([key, session]) => own.get(key) !== session).length
      own = next
    }
    const unnamed = differs().map((one) => ({
      shape: shapes.get(one.place),
      runtime: runtimes.findIndex(({ id }) => id === one.runtime),
      source: own.get(keyOf(one)),
      baton: one.session,
    }))
    expect(unnamed).toEqual([])
    // A difference that no shape shows is none.
    expect(Object.entries(named).filter(([, decisions]) => decisions === 0)).toEqual([])
    expect(same).toBeGreaterThan(offers.length / 2)
    await source.close()
  }, 120_000)
})
