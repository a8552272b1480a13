#include "agent-socket.h"
#include "directives.h"

/* usage: FleetForensicsEngine on|off */
modret_t *ff_set_engine(cmd_rec *cmd) {
  config_rec *c;
  int engine;

  CHECK_ARGS(cmd, 1);
  CHECK_CONF(cmd, CONF_ROOT|CONF_VIRTUAL|CONF_GLOBAL);

  engine = get_boolean(cmd, 1);
  if (engine == -1) {
    CONF_ERROR(cmd, "expected Boolean parameter");
  }

  c = add_config_param(cmd->argv[0], 1, NULL);
  c->argv[0] = palloc(c->pool, sizeof(int));
  *((int *) c->argv[0]) = engine;

  return PR_HANDLED(cmd);
}

/* usage: FleetForensicsSocket path|@name */
modret_t *ff_set_socket(cmd_rec *cmd) {
  const char *name;

  CHECK_ARGS(cmd, 1);
  CHECK_CONF(cmd, CONF_ROOT|CONF_VIRTUAL|CONF_GLOBAL);

  name = cmd->argv[1];
  if (*name != '@' &&
      pr_fs_valid_path(name) < 0) {
    CONF_ERROR(cmd, "must be an absolute path, or an abstract name after '@'");
  }

  if (strcmp(name, "@") == 0) {
    CONF_ERROR(cmd, "missing the abstract name after '@'");
  }

  if (strlen(name) > FF_AGENT_NAME_MAX) {
    char max[32];

    (void) pr_snprintf(max, sizeof(max), "%lu",
      (unsigned long) FF_AGENT_NAME_MAX);
    CONF_ERROR(cmd, pstrcat(cmd->tmp_pool, "longer than the ", max,
      " bytes of a socket's name: ", name, NULL));
  }

  (void) add_config_param_str(cmd->argv[0], 1, name);
  return PR_HANDLED(cmd);
}

/* usage: FleetForensicsTimeout millisecs */
modret_t *ff_set_timeout(cmd_rec *cmd) {
  config_rec *c;
  long timeout_ms;
  char *ptr = NULL;

  CHECK_ARGS(cmd, 1);
  CHECK_CONF(cmd, CONF_ROOT|CONF_VIRTUAL|CONF_GLOBAL);

  timeout_ms = strtol(cmd->argv[1], &ptr, 10);
  if (ptr == cmd->argv[1] ||
      *ptr != '\0') {
    CONF_ERROR(cmd, pstrcat(cmd->tmp_pool, "badly formatted number: ",
      cmd->argv[1], NULL));
  }

  if (timeout_ms < 0 ||
      timeout_ms > FLEET_MAX_TIMEOUT_MS) {
    char max[32];

    (void) pr_snprintf(max, sizeof(max), "%d", FLEET_MAX_TIMEOUT_MS);
    CONF_ERROR(cmd, pstrcat(cmd->tmp_pool, "must be between 0 and ", max,
      " milliseconds", NULL));
  }

  c = add_config_param(cmd->argv[0], 1, NULL);
  c->argv[0] = palloc(c->pool, sizeof(unsigned int));
  *((unsigned int *) c->argv[0]) = (unsigned int) timeout_ms;

  return PR_HANDLED(cmd);
}
