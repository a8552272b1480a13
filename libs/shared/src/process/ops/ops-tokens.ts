/** Nest's tokens of what is injected by no class. */
export const SERVICE_STATE = Symbol('state of the service');
export const BUILD_INFO = Symbol('build of the service');
