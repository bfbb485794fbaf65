#pragma once

/// The library's public face: what a program includes to update a card. docs: examples/embed, ARCHITECTURE.md.
#include "reference/card/pcsc_reader.hpp"
#include "reference/cm/https_exchange.hpp"
#include "reference/cm/rest_client.hpp"
#include "reference/officer/open_officers.hpp"
#include "reference/session/update.hpp"
