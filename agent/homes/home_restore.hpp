/// @file
/// Restores a home to where it stood when the process ended: stored values, and the options that override them.
#pragma once

#include "agent/homes/runner_settings.hpp"
#include "agent/store/database.hpp"
#include "common/wire/home_state.hpp"

namespace home_energy {

/// As they are called on the command line, with commas.
std::string names_of(const GivenOptions& given);

/// Puts a new home where the stored one stood. Curves that are finer than the pace meets are left out, which is logged,
/// and so are prices in another currency than the present one.
/// @return the row of its history that is not over; or why the record cannot be read
Result<HistoryMeter::State> restore_home(Home& home, const HomeRecord& record, const GivenOptions& given,
                                         const std::string& currency);

/// Whether the home's cost and prices are in another currency.
bool is_in_another_currency(const HomeRecord& record, const std::string& currency);

}  // namespace home_energy
