/*
 * mod_fleet_forensics - gives every log message of a session, of every type and
 *                       at every level, to an agent on the same host, with what
 *                       mod_log_forensic flushes its buffer for
 *
 * The frames are those of docs/NODE-SOCKET.md; README.md is the manual.
 *
 * This is mod_fleet_forensics, contrib software for proftpd 1.3.7 and above.
 */

#include "conf.h"

#include "directives.h"
#include "recording.h"

/* Make sure the version of proftpd is as necessary. */
#if PROFTPD_VERSION_NUMBER < 0x0001030700
# error "ProFTPD 1.3.7 or later required"
#endif

module fleet_forensics_module;

/* session.total_raw_out when PASS came. */
static off_t raw_out_at_pass = 0;

/* Necessary prototypes */
static int fleet_sess_init(void);

/* Command handlers
 */

MODRET fleet_pre_pass(cmd_rec *cmd) {
  (void) cmd;

  raw_out_at_pass = session.total_raw_out;
  return PR_DECLINED(cmd);
}

MODRET fleet_pass(cmd_rec *cmd) {
  (void) cmd;

  if (ff_recording_socket() != NULL) {
    ff_recording_login();
  }

  return PR_DECLINED(cmd);
}

/* mod_sftp dispatches PASS errors for what is not, or not yet, a failed
 * attempt: when a client asks whether a public key would be welcome.  The
 * answer to that has gone out by then, that to a failed attempt has not.
 */
static int is_key_query(cmd_rec *cmd) {
  const char *method = pr_table_get(cmd->notes, "mod_sftp.nonfatal-attempt",
    NULL);

  return method != NULL &&
    strcmp(method, "publickey") == 0 &&
    session.total_raw_out > raw_out_at_pass;
}

MODRET fleet_pass_err(cmd_rec *cmd) {
  const char *code = NULL, *text = NULL, *detail = NULL;

  if (ff_recording_socket() == NULL ||
      is_key_query(cmd)) {
    return PR_DECLINED(cmd);
  }

  /* Twice for one attempt: when a PRE_CMD handler refuses it, and when it was
   * the last of MaxLoginAttempts.
   */
  if (pr_table_add(cmd->notes, "mod_fleet_forensics.told", "", 0) < 0 &&
      errno == EEXIST) {
    return PR_DECLINED(cmd);
  }

  if (pr_response_get_last(cmd->tmp_pool, &code, &text) == 0 &&
      code != NULL &&
      text != NULL) {
    detail = pstrcat(cmd->tmp_pool, code, " ", text, NULL);
  }

  ff_recording_criterion("FailedLogin", detail);
  return PR_DECLINED(cmd);
}

/* Event listeners
 */

#if defined(PR_SHARED_MODULE)
static void fleet_mod_unload_ev(const void *event_data, void *user_data) {
  (void) user_data;

  if (strcmp("mod_fleet_forensics.c", (const char *) event_data) == 0) {
    pr_event_unregister(&fleet_forensics_module, NULL, NULL);
  }
}
#endif /* PR_SHARED_MODULE */

/* HOST, or SNI: main_server is another one now. */
static void fleet_sess_reinit_ev(const void *event_data, void *user_data) {
  (void) event_data;
  (void) user_data;

  (void) fleet_sess_init();
}

/* Module Initialization
 */

static void *setting(const char *directive) {
  config_rec *c = find_config(main_server->conf, CONF_PARAM, directive, FALSE);

  return c != NULL ? c->argv[0] : NULL;
}

static int fleet_sess_init(void) {
  static int listens = FALSE;
  const int *engine = setting("FleetForensicsEngine");
  const char *socket_name = setting("FleetForensicsSocket");
  const unsigned int *timeout = setting("FleetForensicsTimeout");
  unsigned int timeout_ms = timeout != NULL ? *timeout :
    FLEET_DEFAULT_TIMEOUT_MS;

  if (!listens) {
    listens = TRUE;
    pr_event_register(&fleet_forensics_module, "core.session-reinit",
      fleet_sess_reinit_ev, NULL);
  }

  if (engine == NULL ||
      *engine != TRUE) {
    socket_name = NULL;

  } else if (socket_name == NULL) {
    pr_log_debug(DEBUG1, MOD_FLEET_FORENSICS_VERSION
      ": missing required FleetForensicsSocket setting, disabling module");
  }

  if (ff_recording_socket() != NULL) {
    if (socket_name != NULL &&
        strcmp(socket_name, ff_recording_socket()) == 0) {
      ff_recording_moved(timeout_ms);
      return 0;
    }

    ff_recording_stop("host");
  }

  if (socket_name != NULL) {
    ff_recording_start(socket_name, timeout_ms);
  }

  return 0;
}

static int fleet_init(void) {
#if defined(PR_SHARED_MODULE)
  pr_event_register(&fleet_forensics_module, "core.module-unload",
    fleet_mod_unload_ev, NULL);
#endif /* PR_SHARED_MODULE */

  return 0;
}

/* Module API tables
 */

static conftable fleet_conftab[] = {
  { "FleetForensicsEngine",	ff_set_engine,	NULL },
  { "FleetForensicsSocket",	ff_set_socket,	NULL },
  { "FleetForensicsTimeout",	ff_set_timeout,	NULL },

  { NULL, NULL, NULL }
};

static cmdtable fleet_cmdtab[] = {
  { PRE_CMD, C_PASS, G_NONE, fleet_pre_pass, FALSE, FALSE, 0, NULL },
  { LOG_CMD, C_PASS, G_NONE, fleet_pass, FALSE, FALSE, 0, NULL },
  { LOG_CMD_ERR, C_PASS, G_NONE, fleet_pass_err, FALSE, FALSE, 0, NULL },

  { 0, NULL, NULL, NULL, FALSE, FALSE, 0, NULL }
};

module fleet_forensics_module = {
  /* Always NULL */
  NULL, NULL,

  /* Module API version */
  0x20,

  /* Module name */
  "fleet_forensics",

  /* Module configuration directive table */
  fleet_conftab,

  /* Module command handler table */
  fleet_cmdtab,

  /* Module auth handler table */
  NULL,

  /* Module initialization */
  fleet_init,

  /* Session initialization */
  fleet_sess_init,

  /* Module version */
  MOD_FLEET_FORENSICS_VERSION,

  /* Module handle, and priority */
  NULL, 0
};
