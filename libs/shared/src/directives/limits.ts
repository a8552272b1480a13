/** Bytes of one configuration file; ProFTPD's own are a few kilobytes. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** Bytes of all files that a configuration includes, each as often as it is included. */
export const MAX_CONFIGURATION_BYTES = 8 * 1024 * 1024;

/** Files of a configuration, each as often as it is included. */
export const MAX_FILES = 1000;

/** Includes within includes; a file that includes itself ends here. */
export const MAX_INCLUDE_DEPTH = 16;

/** Bytes of a line with its continuations: ProFTPD's own buffer (PR_TUNABLE_PARSER_BUFFER_SIZE), which cuts longer ones. */
export const MAX_LINE_BYTES = 4095;

/** Sections within sections. */
export const MAX_SECTION_DEPTH = 64;

/** `<VirtualHost>` sections: a session's server is sought among them one by one. */
export const MAX_VIRTUAL_HOSTS = 10_000;

/** `<Node>` sections. */
export const MAX_NODE_SECTIONS = 1000;
