#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# timeout: 900
# needs: iproute2
#
# Other people's tests as the judge: those of the kernel's own tests of sockets that take little
# time, ungoverned and governed, see kernel_net/run. They are compiled by "make kernel-net".

exec "$(dirname "$(realpath "$0")")/run"
