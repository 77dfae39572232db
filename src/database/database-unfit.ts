/** The database lacks something that the server needs. The message names it. */
export class DatabaseUnfit extends Error {
  /** @param sentence says what to do; its argument is the database's address without credentials. */
  constructor(readonly sentence: (database: string) => string) {
    super(sentence('the address that DATABASE_URL gives'))
    this.name = 'DatabaseUnfit'
  }
}
