/** The database lacks something that the server needs, and says what. */
export class DatabaseUnfit extends Error {
  /** @param sentence says what to do; it is given the database's address without credentials. */
  constructor(readonly sentence: (database: string) => string) {
    super(sentence('the address that DATABASE_URL gives'))
    this.name = 'DatabaseUnfit'
  }
}
