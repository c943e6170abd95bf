#!/bin/sh
# Nobody logs in as root, and nobody with a password: keys only, as a named user, then sudo.
# The running daemon is left alone: a restart here would cut the build's own connection.
set -eu

sudo tee /etc/ssh/sshd_config.d/10-secure-root-login.conf > /dev/null <<'CONFIG'
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitEmptyPasswords no
X11Forwarding no
CONFIG
sudo chmod 0644 /etc/ssh/sshd_config.d/10-secure-root-login.conf

sudo passwd --lock root
sudo rm -f /root/.ssh/authorized_keys

sudo mkdir -p /run/sshd  # sshd -t refuses to look without it, and it is there only while the service runs
sudo sshd -t
