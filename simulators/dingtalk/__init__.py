"""DingTalk played on loopback: gateway, socket, robot, cards and files, with faults on demand. Not DingTalk's."""
