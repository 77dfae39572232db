import { fileURLToPath } from 'node:url'

/** Where the build puts the page (.config/build-dashboard.js). Here, because this file is as deep as the bundle of a package. */
export const DASHBOARD_FOLDER = fileURLToPath(new URL('../../dist/dashboard', import.meta.url))
