import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/queries.js'
import { App } from './app.js'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/chips.css'
import './styles/session.css'
import './styles/conversation.css'
import './styles/history.css'
import './styles/lanes.css'
import './styles/pointer.css'
import './styles/overlays.css'
import './styles/fleet.css'
import './styles/health.css'
import './styles/forms.css'
import './styles/agents.css'

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <App />
      </QueryClientProvider>
    </StrictMode>,
  )
}
