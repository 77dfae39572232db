export interface GraphQLAnswer {
  status: number
  data: Record<string, unknown> | null
  errors: { message: string; extensions: Record<string, unknown> }[]
}

/** One operation over HTTP, as any client sends it; without a token when that is null. */
export async function requestGraphQL(url: string, token: string | null, query: string): Promise<GraphQLAnswer> {
  return answerOf(
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query }),
    }),
  )
}

export async function answerOf(response: Response): Promise<GraphQLAnswer> {
  const { data = null, errors = [] } = (await response.json()) as Partial<GraphQLAnswer>
  return { status: response.status, data, errors }
}
